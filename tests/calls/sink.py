"""A LiveKit that declines every call at once and writes down when each dial reached it: where dials are counted."""

import asyncio
import threading
import time
from collections import Counter

from aiohttp import web
from livekit.protocol.sip import CreateSIPParticipantRequest

DECLINED = {"code": "permission_denied", "msg": "declined", "meta": {"sip_status_code": "603", "sip_status": "Decline"}}


class DialSink:
    """Answers every request emptily but dials, which it declines. `dials` holds (time, room)."""

    key, secret = "sink", "a-secret-of-32-characters-or-more"

    def __init__(self) -> None:
        self.dials: list[tuple[float, str]] = []
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, daemon=True).start()
        port = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        self.url = f"ws://127.0.0.1:{port}"

    async def _serve(self) -> int:
        app = web.Application()
        app.router.add_post("/twirp/{service}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _answer(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        body = await request.read()
        if request.match_info["method"] != "CreateSIPParticipant":
            return web.Response(content_type="application/protobuf")
        self.dials.append((at, CreateSIPParticipantRequest.FromString(body).room_name))
        return web.json_response(DECLINED, status=403)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def rooms(self) -> Counter[str]:
        """Count the dials of each room: an attempt has a room of its own."""
        return Counter(room for _, room in self.dials)

    def most_within(self, seconds: float) -> int:
        """Return the most dials that reached it in any window of so many seconds."""
        times = sorted(at for at, _ in self.dials)
        return max(
            (sum(1 for later in times[first:] if later - start < seconds) for first, start in enumerate(times)),
            default=0,
        )
