"""Carrier presets as data. A trunk names its preset in `carrier`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from telephony.choices import MediaEncryption, Transport

CHECKED = date(2026, 11, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier preset. Values missing in `sources`, which were read on `checked`, are empty.

    `host` receives outbound calls. It is empty if each customer has its own host, which looks like
    `host_pattern`. `transports` are ports with a transport other than `protocol`. `addresses` are the
    published source addresses of its calls (empty: none published, so the gateway's name is resolved).
    `country` is set if it has numbers in one country only. `calls_per_second` is its default limit per customer.
    `note` is a hint for people who set up a trunk.
    """

    name: str
    sources: tuple[str, ...]
    host: str = ""
    host_pattern: str = ""
    port: int = 5060
    protocol: Transport = Transport.UDP
    transports: Mapping[int, Transport] = field(default_factory=dict)
    media_encryption: MediaEncryption = MediaEncryption.DISABLE
    leading_plus: bool = True
    tech_prefix: str = ""
    country: str = ""
    addresses: tuple[str, ...] = ()
    calls_per_second: Decimal | None = None
    note: str = ""
    checked: date = CHECKED

    def transport(self, port: int) -> Transport:
        """Return the transport of a port of this carrier."""
        return self.protocol if port == self.port else self.transports.get(port, self.protocol)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Return notes on missing published values and the fallbacks."""
        addresses = (
            ""
            if self.addresses
            else "No published signaling addresses: the resolved addresses of the gateways are allowed."
        )
        rate = "" if self.calls_per_second else "No published limit of calls per second: Voxa uses 1 until you set one."
        return tuple(filter(None, (addresses, rate)))


CARRIERS: dict[str, Carrier] = {
    "bandwidth": Carrier(
        name="Bandwidth",
        sources=("https://support.bandwidth.com/hc/en-us/articles/204138866-Outbound-Calling-Integration-Guide",),
        note="Bandwidth assigns each customer its own session border controllers. Enter each address as a gateway.",
    ),
    "exotel": Carrier(
        name="Exotel",
        sources=(
            "https://developer.exotel.com/docs/vsip/tls-integration",  # proxy, port, SRTP, 200 calls a minute
            "https://docs.exotel.com/dynamic-sip-trunking/exotel-virtual-sip-trunking-tcp-mumbai",  # port 5070
        ),
        host="pstn.in2.exotel.com",
        port=443,
        protocol=Transport.TLS,
        transports={5070: Transport.TCP},
        media_encryption=MediaEncryption.REQUIRE,
        country="IN",
        calls_per_second=Decimal("3.33"),
        note="Exotel authenticates by IP: ask Exotel to allow your address. "
        "Enter the SIP domain of your account, such as mysid.pstn.exotel.com, as From host.",
    ),
    "plivo": Carrier(
        name="Plivo",
        sources=(
            "https://docs.plivo.com/docs/sip-trunking/concepts/technical-specifications.md",  # ports, 2 calls/s
            "https://docs.plivo.com/docs/faq/voice-api-and-SIP-trunking/sip-trunking.md",  # account, trunk
            "https://plivo.com/docs/voice-agents/sip-trunking/api/sip-trunking",  # the domain of a trunk
        ),
        host_pattern="21784177241578.zt.plivo.com",
        transports={5061: Transport.TLS},
        calls_per_second=Decimal(2),
        note="Plivo assigns each trunk its own domain. Its limit of 2 calls per second is for the whole account; "
        "a trunk may have a lower limit.",
    ),
    "signalwire": Carrier(
        name="SignalWire",
        sources=(
            "https://developer.signalwire.com/ai/guides/integrations/vapi/outbound-calls",  # a SIP domain app
            "https://github.com/signalwire/digital_employees",  # its domain
            "https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Interoperability/Providers-ITSPs/20709712",
        ),
        host_pattern="myspace-myapp.dapp.signalwire.com",
        note="Enter the domain of a SIP domain app. Calls come from the addresses of sip.signalwire.com: add it as a "
        "gateway for inbound calls only.",
    ),
    "telnyx": Carrier(
        name="Telnyx",
        sources=(
            "https://developers.telnyx.com/docs/voice/sip-trunking/routing/failover-and-retries",  # two per region
            "https://docs.cloud.google.com/contact-center/ccai-platform/docs/byoc-ip-allow-list",  # the others
            "https://sipdev.telnyx.com/",  # addresses by region, Asia among them
            "https://developers.telnyx.com/docs/voice/sip-trunking/network-configuration/ip-whitelisting.md",  # ports
            # 20 calls per second from one address and by one SIP username
            "https://support.telnyx.com/en/articles/15668484-calls-per-second-cps-limits",
        ),
        host="sip.telnyx.com",
        transports={5061: Transport.TLS},
        addresses=(
            "192.76.120.10", "64.16.250.10",  # US
            "5.172.39.10", "5.172.39.25", "185.246.41.140", "185.246.41.141",  # Europe
            "193.108.220.10", "193.108.220.25", "192.76.120.31", "64.16.250.13",  # Canada
            "103.135.104.10", "103.135.104.25", "103.115.244.145", "103.115.244.146",  # Australia
            "103.115.244.158", "103.115.244.159",  # Asia
        ),
        calls_per_second=Decimal(20),
        note="Use the credentials of a SIP connection, or allow your IP address in the Telnyx portal. "
        "Telnyx responds with 503 above 20 calls per second.",
    ),
    "twilio": Carrier(
        name="Twilio",
        sources=(
            "https://www.twilio.com/docs/sip-trunking/ip-addresses",  # signalling
            "https://www.twilio.com/docs/sip-trunking/cps-trunk-termination",  # one call per second
            "https://docs.livekit.io/sip/quickstarts/configuring-twilio-trunk",  # the domain of a trunk
        ),
        host_pattern="my-trunk.pstn.twilio.com",
        transports={5061: Transport.TLS},
        addresses=(
            "54.172.60.0/30", "54.244.51.0/30",  # Virginia, Oregon
            "54.171.127.192/30", "35.156.191.128/30",  # Ireland, Frankfurt
            "54.65.63.192/30", "54.169.127.128/30",  # Tokyo, Singapore
            "54.252.254.64/30", "177.71.206.192/30",  # Sydney, São Paulo
        ),
        calls_per_second=Decimal(1),
        note="Enter the termination URI of your Elastic SIP trunk and the credentials from its credential list.",
    ),
    "vonage": Carrier(
        name="Vonage",
        sources=(
            "https://developer.nexmo.com/voice/sip/overview",  # host, credentials, numbers without plus
            "https://developer.vonage.com/en/voice/voice-api/concepts/cps-limit",  # 3 calls per second
            "https://docs.cloud.google.com/contact-center/ccai-platform/docs/byoc-ip-allow-list",  # signalling
        ),
        host="sip.nexmo.com",
        leading_plus=False,
        addresses=tuple(f"216.147.{net}.{host}" for net in range(6) for host in (1, 2)),
        calls_per_second=Decimal(3),
        note="The username is your Vonage API key, the password is its secret.",
    ),
}  # fmt: skip


def preset_rate(carrier: str) -> Decimal:
    """Return the default calls per second of a carrier, or 1 if unknown."""
    preset = CARRIERS.get(carrier)
    return (preset.calls_per_second if preset else None) or Decimal(1)


def validate_carrier(value: str) -> None:
    """Accept a known preset."""
    if value not in CARRIERS:
        raise ValidationError(f"Choose one of {', '.join(CARRIERS)}, or leave it empty.", code="carrier")
