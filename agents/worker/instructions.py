"""A worker's instructions from the API, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Speech:
    """A provider whose own protocol streams speech; `url` is its address, which the operator may set."""

    provider: str
    key: str = field(repr=False)
    url: str


@dataclass(frozen=True)
class Provider:
    """The agent's AI provider. `trusted` are the operator's addresses; `networks` are allowed besides public ones."""

    kind: str
    key: str = field(repr=False)
    agent_id: str
    endpoint: str
    base_url: str
    stt_url: str
    tts_url: str
    llm_model: str
    stt_model: str
    tts_model: str
    stt: Speech | None  # None: an OpenAI-compatible server
    tts: Speech | None
    trusted: tuple[str, ...]
    networks: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        """Return every secret."""
        return [self.key, *(speech.key for speech in (self.stt, self.tts) if speech)]


@dataclass(frozen=True)
class Silence:
    """After how many seconds of silence the caller is prompted, with which words, and how often. 0: never."""

    seconds: float
    prompt: str
    prompts: int


@dataclass(frozen=True)
class Fallback:
    """What happens instead of a conversation: transfer, voicemail or hang_up; `local`: without the AI provider."""

    action: str = ""
    message: str = ""
    local: bool = False


@dataclass(frozen=True)
class Instructions:
    """Instructions for one call."""

    call_id: str
    direction: str
    to: str
    from_: str
    longest: float
    metadata: Mapping[str, Any]
    variables: Mapping[str, Any]  # built-in ones too
    test: bool  # nobody is on a phone: a person talks to the agent in a browser
    transfer_first: bool  # before the agent says anything
    agent_name: str
    prompt: str
    greeting: str
    voice: str
    language: str
    voicemail_action: str
    voicemail_message: str
    silence: Silence
    tools: tuple[Mapping[str, Any], ...]
    transfers: tuple[Mapping[str, str], ...]
    sends_digits: bool
    recording_announcement: str  # empty: nothing is recorded
    fallback: Fallback
    provider: Provider

    @property
    def outbound(self) -> bool:
        """Return whether the call is outbound."""
        return self.direction == "outbound"

    @property
    def language_code(self) -> str:
        """Return the language without region, script or variant: `en` for `en-US`."""
        return self.language.partition("-")[0]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Instructions":
        """Parse the API's response; unknown fields are ignored."""
        call, agent, provider = told["call"], told["agent"], told["provider"]
        return cls(
            call_id=call["id"],
            direction=call["direction"],
            to=call["to"],
            from_=call["from"],
            longest=float(call["maxDurationSeconds"]),
            metadata=call["metadata"],
            variables=call["variables"],
            test=bool(told.get("test")),
            transfer_first=bool(call.get("transferFirst")),
            agent_name=agent["name"],
            prompt=agent["systemPrompt"],
            greeting=agent["greeting"],
            voice=agent["voice"],
            language=agent["language"],
            voicemail_action=agent["voicemail"]["action"],
            voicemail_message=agent["voicemail"]["message"],
            silence=Silence(**agent["silence"]),
            tools=tuple(agent["tools"]),
            transfers=tuple(agent["transfers"]),
            sends_digits=agent["sendsDigits"],
            recording_announcement=told["recording"]["announcement"],
            fallback=Fallback(**told.get("fallback", {})),
            provider=Provider(
                kind=provider["kind"],
                key=provider["key"],
                agent_id=provider["agentId"],
                endpoint=provider["endpoint"],
                base_url=provider["baseUrl"],
                stt_url=provider["sttUrl"],
                tts_url=provider["ttsUrl"],
                llm_model=provider["llmModel"],
                stt_model=provider["sttModel"],
                tts_model=provider["ttsModel"],
                stt=Speech(**stt) if (stt := provider.get("stt")) else None,
                tts=Speech(**tts) if (tts := provider.get("tts")) else None,
                trusted=tuple(provider["guard"]["trusted"]),
                networks=tuple(provider["guard"]["networks"]),
            ),
        )
