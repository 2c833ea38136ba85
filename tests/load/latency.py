"""From a call being due to its dial reaching LiveKit, one call after the other through an idle dispatcher."""

import asyncio
import time
from decimal import Decimal
from statistics import median

from accounts.services.workspaces import create_workspace
from calls.dialer.dispatcher import Dispatcher
from telephony.models import LiveKitProject, TelephonySettings
from tests.calls.conftest import Line as Phone
from tests.calls.conftest import make_line
from tests.calls.sink import DialSink
from tests.load.report import Line, say

CALLS = 40
TARGET = 1.0  # seconds, of all but the slowest twentieth
PATIENCE = 10.0  # seconds for one call


def phone_to(sink: DialSink) -> Phone:
    """Return a line out whose LiveKit is the sink."""
    workspace = create_workspace("Latency")
    config = TelephonySettings.of(workspace.pk)
    config.project = LiveKitProject.objects.create(name="Sink", url=sink.url, api_key=sink.key, api_secret=sink.secret)
    config.save()
    return make_line(workspace, "+12025550199", calls_per_second=Decimal(999))


def one(phone: Phone, sink: DialSink) -> float:
    """Place a call that is due at once; return the seconds from its being placed to its dial's arrival."""
    start = time.monotonic()
    call = phone.place()
    while time.monotonic() - start < PATIENCE:
        for at, room in list(sink.dials):
            if room.startswith(f"call-{call.pk}-"):
                return at - start
        time.sleep(0.001)
    raise TimeoutError("The call was not dialed.")


async def dialed(phone: Phone, sink: DialSink) -> list[float]:
    """Run a dispatcher and give what each call took."""
    dispatcher = Dispatcher()
    running = asyncio.create_task(dispatcher.run())
    try:
        return [await asyncio.to_thread(one, phone, sink) for _ in range(CALLS)]
    finally:
        dispatcher.stop()
        await running


def measure() -> list[Line]:
    """Time calls; the target is a second, as a share of it."""
    say(f"dialing {CALLS} calls as they become due ...")
    sink = DialSink()
    try:
        times = sorted(asyncio.run(dialed(phone_to(sink), sink)))
    finally:
        sink.close()
    most = times[int(len(times) * 0.95)]
    detail = f"{1000 * median(times):.0f} ms in the middle, {1000 * most:.0f} ms for 95 %, placing it included"
    return [Line("due to dialed, to a second", most / TARGET, "<= 1", most <= TARGET, detail)]
