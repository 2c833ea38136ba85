"""Report a call to the API: turn by turn during the call, the rest at its end."""

import asyncio
import logging
from contextlib import suppress

from agents.worker.api import Api, ApiFailed
from agents.worker.conversation import Conversation, Ending

logger = logging.getLogger(__name__)

EVERY = 0.5  # seconds between reports, so that little is lost when a worker dies
AT_MOST = 100  # turns per report
LAST_WORD = 30.0  # seconds of retries


class Reporter:
    """Sends what is new in one conversation. A failed report is sent with the next one."""

    def __init__(self, api: Api, conversation: Conversation) -> None:
        self._api, self._conversation, self._sent = api, conversation, 0

    async def run(self) -> None:
        """Report during the conversation."""
        while True:
            await asyncio.sleep(EVERY)
            new = self._conversation.turns[self._sent : self._sent + AT_MOST]
            if not new:
                continue
            try:
                await self._api.report(
                    {"transcript": [turn.json() for turn in new], "measures": self._conversation.measures()}
                )
            except ApiFailed as error:
                logger.warning("A report failed and is sent with the next one: %s", error)
            else:
                self._sent += len(new)

    async def flush(self) -> None:
        """Send the rest of a conversation after which the call goes on with another."""
        turns = self._conversation.turns[self._sent :]
        if turns:
            with suppress(ApiFailed):
                await self._api.report({"transcript": [turn.json() for turn in turns]})

    async def finish(self, ending: Ending) -> bool:
        """Send the rest and the end; return whether the API accepted it."""
        body = {
            "transcript": [turn.json() for turn in self._conversation.turns[self._sent :]],
            "measures": self._conversation.measures(),
            "detail": ending.detail,
            "finished": True,
            **({"end": ending.reason} if ending.reason else {}),
        }
        try:
            await self._api.report(body, LAST_WORD)
        except ApiFailed as error:
            logger.error("The last report failed: %s", error)
            return False
        return True
