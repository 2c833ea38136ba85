"""Map the reference's JSON to fields of an endpoint and its agent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from agents.choices import AiProvider
from telephony.api.reading import read
from telephony.dialects.agent_trunks.serializers import AgentTrunkChangeSerializer, NewAgentTrunkSerializer
from telephony.dialects.frame import named_as
from telephony.services.errors import Conflict, Problems
from telephony.services.provider_checks import ProviderRefused
from voxa.core.api.errors import ApiError
from voxa.core.api.serializers import shared

# Fields of the agent by provider, with their names in the reference.
NAMES: dict[str, dict[str, str]] = {
    AiProvider.OPENAI: {"provider_key": "openai_api_key"},
    AiProvider.ELEVENLABS: {"provider_key": "elevenlabs_api_key", "provider_agent_id": "elevenlabs_agent_id"},
    AiProvider.CUSTOM: {"custom_endpoint": "custom_endpoint"},
}
# The key of a custom endpoint is set by the native API alone: here its errors concern the endpoint.
_KEY_OF_CUSTOM = {"provider_key": "custom_endpoint"}
_NEW = "This field cannot be changed. Create a new trunk."
_OURS = "This field is read-only: remove it, or send the value returned by GET."
_FIXED = {
    "ai_provider": _NEW,
    "sip_username": _NEW,
    "sip_password": "The password cannot be set. Use rotate-password.",
    "id": _OURS,
    "status": _OURS,
    "sip_endpoint": _OURS,
    "created_at": _OURS,
}
_CHANGE_BY_THEMSELVES = {"updated_at", "metrics"}

Values = dict[str, Any]


def read_new(data: Any, problems: Problems) -> tuple[Values, Values]:
    """Return the values of a new trunk: its endpoint's and its agent's."""
    values = read(shared(NewAgentTrunkSerializer), data, problems)
    provider = values.get("ai_provider", "")
    if provider:
        _refuse_others(values, provider, problems)
    return _split(values, provider)


def read_change(data: Any, now: Mapping[str, Any], problems: Problems) -> tuple[Values, Values]:
    """Return the changes of a trunk whose JSON is `now`, by JSON name.

    Unchanged values are not changes: clients send whole objects back.
    """
    if isinstance(data, Mapping):
        kept = {name for name, value in data.items() if name in now and value == now[name]} | _CHANGE_BY_THEMSELVES
        data = {name: value for name, value in data.items() if name not in kept}
    provider = now["ai_provider"]
    values = read(shared(AgentTrunkChangeSerializer), data, problems, partial=True)
    for name in _FIXED.keys() & problems.keys():
        problems.pop(name)
        problems.add(name, _FIXED[name], "read_only")
    _refuse_others(values, provider, problems)
    return _split(values, provider)


def _refuse_others(values: Mapping[str, Any], provider: str, problems: Problems) -> None:
    """Add an error for fields of other providers, rather than drop them."""
    own = NAMES.get(provider, {}).values()
    for name in {name for names in NAMES.values() for name in names.values()} - set(own):
        if values.get(name):
            words = f"This trunk's ai_provider is {provider}, which does not use this field. Remove it."
            problems.add(name, words, "other_provider")


@contextmanager
def worded(username: str, provider: str) -> Iterator[None]:
    """Translate errors of a service to the reference's names and messages."""
    names = NAMES.get(provider, {})
    try:
        with named_as(names | _KEY_OF_CUSTOM if provider == AiProvider.CUSTOM else names):
            yield
    except Conflict as conflict:
        if conflict.code != "sip_username_taken":
            raise
        raise ApiError("conflict", f"A trunk with sip_username '{username}' already exists", 409) from None
    except ProviderRefused as refusal:
        words = f"The provided {names[refusal.field]} could not be validated"
        raise ApiError(refusal.code, words, 401) from None


def _split(values: Mapping[str, Any], provider: str) -> tuple[Values, Values]:
    endpoint = {name: values[name] for name in ("name", "sip_username", "sip_password") if name in values}
    agent = {name: values[name] for name in ("name", "ai_provider", "system_prompt") if name in values}
    for field, name in NAMES.get(provider, {}).items():
        if name in values:
            agent[field] = values[name]
    return endpoint, agent
