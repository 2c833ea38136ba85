"""What is known of a company whose API key a workspace may store. Reads no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

Headers = Callable[["Account"], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Account:
    """A key and where it is used. The repr hides the key. `own_url` is the customer's own server, if any."""

    key: str = field(repr=False)
    own_url: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as agents name it. `languages` are BCP 47 tags, as far as the provider tells."""

    id: str
    name: str
    languages: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class VoiceList:
    """A GET that lists voices. `read` returns those of a page, and the path of the next page or ""."""

    path: str
    read: Callable[[Any], tuple[list[Voice], str]]


@dataclass(frozen=True, slots=True)
class Vendor:
    """`base_url` returns the address of the API, which the operator may set.

    A GET of `check_path` with `headers` tells whether the key is accepted: 2xx yes, 401 and 403 no. It must not cost
    money. `has_servers`: others serve the same API, so a key may belong to another URL. `openai_url` is where the
    company itself serves OpenAI's API, to which a pipeline may send the key. `stt_url` returns the address of its
    speech recognition, if another.
    """

    base_url: Callable[[Account], str]
    check_path: str
    headers: Headers
    has_regions: bool = False
    has_servers: bool = False
    openai_url: str = ""
    stt_url: Callable[[Account], str] | None = None
    voices: VoiceList | None = None

    def address(self, account: Account, path: str) -> str:
        """Return the URL of a path of the API."""
        return f"{(account.own_url or self.base_url(account)).rstrip('/')}{path}"

    def speech_address(self, account: Account, kind: str) -> str:
        """Return the URL of its speech recognition ("stt") or synthesis ("tts")."""
        url = self.stt_url if kind == "stt" and self.stt_url else self.base_url
        return url(account).rstrip("/")


def at(name: str, url: str) -> Callable[[Account], str]:
    """Return the address of a company: the operator's setting, or `url`, where {region} is replaced."""
    return lambda account: str(settings.PROVIDER_URLS.get(name) or url.format(region=account.region))


def bearer(account: Account) -> Mapping[str, str]:
    """Return the header of an API with bearer keys."""
    return {"Authorization": f"Bearer {account.key}"}
