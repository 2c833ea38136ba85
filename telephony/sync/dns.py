"""Resolve host names within a time limit: the system's hosts file first, then its name servers."""

import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.resolver
from django.conf import settings

from telephony.addresses import parse_ip, usable

LIFETIME = 2.0  # seconds for one name
AT_ONCE = 16
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """The addresses of a name, or the error."""

    addresses: tuple[str, ...] = ()
    error: str = ""


def look_up(host: str) -> Answer:
    """Return the IPv4 and IPv6 addresses of a name, within `LIFETIME` seconds."""
    name = host.removesuffix(".").lower()
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761: never asked of a name server
        return Answer(LOOPBACK)
    if known := _from_hosts_file(name):
        return _of_use(Answer(known))
    return _of_use(_from_servers(name))


def _of_use(answer: Answer) -> Answer:
    """Leave out what no carrier can have, such as the 0.0.0.0 of a blocking name server, and unmap IPv4."""
    found = dict.fromkeys(str(address) for text in answer.addresses if (address := usable(text)))
    if answer.addresses and not found:
        return Answer(error=f"The name resolves to {', '.join(answer.addresses)}, which no carrier can have.")
    return Answer(tuple(found), answer.error)


def look_up_all(hosts: Collection[str]) -> dict[str, Answer]:
    """Resolve many names in parallel."""
    if not hosts:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(hosts))) as pool:
        return dict(zip(hosts, pool.map(look_up, hosts), strict=True))


def _from_servers(name: str) -> Answer:
    try:
        resolver = dns.resolver.Resolver(configure=not settings.DNS_NAMESERVERS)
    except dns.exception.DNSException as error:
        return Answer(error=f"No name server is configured ({error}).")
    if settings.DNS_NAMESERVERS:
        resolver.nameservers = [server.partition("@")[0] for server in settings.DNS_NAMESERVERS]
        resolver.port = int(next((port for s in settings.DNS_NAMESERVERS if (port := s.partition("@")[2])), 53))
    end, found, trouble = time.monotonic() + LIFETIME, list[str](), ""
    for kind in ("A", "AAAA"):
        left = end - time.monotonic()
        try:
            answer = resolver.resolve(f"{name}.", kind, lifetime=max(left, 0.05), raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return Answer(error="The name does not exist.")
        except (dns.exception.DNSException, OSError) as failure:
            trouble = f"The name server did not respond ({type(failure).__name__})."
        else:
            found += [record.to_text() for record in answer.rrset or ()]
    return Answer(tuple(found)) if found else Answer(error=trouble or "The name has no address.")


def _from_hosts_file(name: str) -> tuple[str, ...]:
    try:
        lines = Path(settings.DNS_HOSTS_FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.partition("#")[0].split() for line in lines)
    return tuple(w[0] for w in words if len(w) > 1 and name in map(str.lower, w[1:]) and parse_ip(w[0]))
