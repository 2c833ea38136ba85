"""How to connect each carrier, step by step. What the carrier publishes is in `presets`; menus may move."""

from dataclasses import dataclass

from telephony.carriers.presets import CARRIERS, Carrier

URI, HOST, ADDRESSES = "{uri}", "{host}", "{addresses}"  # replaced by those of the workspace's LiveKit


@dataclass(frozen=True, slots=True)
class Guide:
    """What to click at the carrier, and what to enter in the trunk. `sources` were read for it."""

    there: tuple[str, ...]
    here: tuple[str, ...]
    sources: tuple[str, ...] = ()


GUIDES: dict[str, Guide] = {
    "twilio": Guide(
        there=(
            "In the Twilio console open Elastic SIP Trunking, Manage, Trunks, and create a trunk.",
            "Under Termination choose a termination SIP URI, such as my-trunk.pstn.twilio.com, and add a credential "
            "list with a username and a password.",
            f"Under Origination add the origination URI {URI}.",
            "Under Numbers add your phone numbers to the trunk.",
        ),
        here=(
            "Carrier: Twilio. Gateway: the termination SIP URI, without sip:.",
            "Username and password: those of the credential list.",
            "Add each number to the trunk. Twilio's published addresses are allowed by themselves.",
        ),
        sources=("https://docs.livekit.io/telephony/start/providers/twilio",),
    ),
    "telnyx": Guide(
        there=(
            "In the Mission Control portal open Real-Time Communications, Voice, SIP Trunking, and create a SIP "
            "connection of type FQDN.",
            f"Add the FQDN {HOST} with port 5060, and set the number format of inbound calls to +E.164.",
            "For outbound calls choose credentials as the authentication and note username and password.",
            "Create an outbound voice profile and assign it to the connection.",
            "Under Numbers assign each phone number to the connection.",
        ),
        here=(
            "Carrier: Telnyx. The gateway sip.telnyx.com is filled in.",
            "Username and password: those of the connection.",
            "Add each number to the trunk, or use Import numbers where the operator has set TELNYX_API_KEY.",
        ),
        sources=(
            "https://docs.livekit.io/telephony/start/providers/telnyx/",
            "https://developers.telnyx.com/docs/voice/sip-trunking/livekit-configuration-guide",
        ),
    ),
    "exotel": Guide(
        there=(
            "Exotel sets trunks up by API or by its support: create a trunk with the domain "
            "<account SID>.pstn.exotel.com.",
            "Map each phone number (Exophone) to the trunk, in mode pstn.",
            f"Allow the source addresses of your outbound calls: {ADDRESSES}.",
            f"Set the destination URI of inbound calls to {HOST}, and point the number's flow to the trunk with a "
            "Connect applet: sip:<trunk SID>.",
        ),
        here=(
            "Carrier: Exotel. Gateway, TLS, port 443 and media encryption are filled in.",
            "Leave username and password empty: Exotel authenticates by IP.",
            "From host: <account SID>.pstn.exotel.com.",
        ),
        sources=("https://developer.exotel.com/docs/sip-trunking/quickstart",),
    ),
    "vonage": Guide(
        there=(
            "In the Vonage dashboard open Voice, SIP Trunks, and create a trunk.",
            f"Under Inbound calling choose the region, and add the URI {HOST}, without sip:.",
            "Link each phone number to the trunk.",
            "For outbound calls note the API key and the API secret of the account.",
        ),
        here=(
            "Carrier: Vonage. The gateway sip.nexmo.com and numbers without + are filled in.",
            "Username: the API key. Password: the API secret.",
            "Called number format: digits, if Vonage sends numbers without +.",
        ),
        sources=("https://docs.daily.co/docs/guides/features/dial-in-dial-out/sip-trunk/vonage",),
    ),
    "bandwidth": Guide(
        there=(
            "In the Bandwidth App create a sub-account and in it a location (SIP peer).",
            f"Set {HOST} as the location's host for inbound calls.",
            f"Allow these addresses for outbound calls: {ADDRESSES}.",
            "Assign each phone number to the location.",
            "Under Account, Trunk Group Configurations, copy the standard SIP (Orig/Term) addresses.",
        ),
        here=(
            "Carrier: Bandwidth. Add each SIP address of your account as a gateway.",
            "Leave username and password empty: the location authenticates by IP.",
        ),
        sources=("https://dev.bandwidth.com/docs/account/structure", "https://docs.vapi.ai/phone-systems/bandwidth"),
    ),
    "plivo": Guide(
        there=(
            "In the Plivo console open SIP Trunking (Zentrunk). Create credentials with a username and a password.",
            "Create an outbound trunk with these credentials, and note its domain, such as "
            "21784177241578.zt.plivo.com.",
            f"Create an origination URI {HOST}, and an inbound trunk that uses it.",
            "Assign each phone number to the inbound trunk.",
        ),
        here=(
            "Carrier: Plivo. Gateway: the domain of the outbound trunk.",
            "Username and password: those of the credentials.",
        ),
        sources=("https://plivo.com/docs/voice-agents/sip-trunking/api/sip-trunking",),
    ),
    "other": Guide(
        there=(
            "Create a SIP trunk (also called SIP connection, peer or gateway).",
            f"Send inbound calls to {URI}. Where the carrier wants a host name alone, enter {HOST}.",
            f"Choose a username and password for outbound calls, or allow these addresses: {ADDRESSES}.",
            "Assign your phone numbers to the trunk, with called numbers in E.164 format (+12025550123).",
            "Note the host or addresses of the carrier's gateways, their port, and UDP, TCP or TLS.",
        ),
        here=(
            "Carrier: Another carrier. Add each gateway, and mark whether it sends and takes calls.",
            "Username and password, or neither if the carrier authenticates by IP.",
            "Add each number. If inbound calls do not arrive, compare the called number format.",
        ),
    ),
}


def name_of(carrier: str) -> str:
    """Return the carrier's name."""
    return CARRIERS[carrier].name if carrier in CARRIERS else "Any other carrier"


def preset_of(carrier: str) -> Carrier | None:
    """Return the preset of a guide's carrier."""
    return CARRIERS.get(carrier)
