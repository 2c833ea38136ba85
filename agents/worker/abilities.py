"""Actions of an agent in a call beyond talking: tools, transfers, DTMF.

The API calls tools and transfers: it has the secrets and checks permissions.
"""

import json
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.worker.api import Api, ApiFailed, NotDone
from agents.worker.conversation import Conversation
from agents.worker.instructions import Instructions
from agents.worker.keypad import Keypad

logger = logging.getLogger(__name__)

TOOL_SECONDS = 16.0  # a customer's endpoint has 8, and the API waits at most 15
TRANSFER_SECONDS = 130.0  # a third party's phone rings for 30 at each gateway
TRANSFER, DIGITS = "transfer_call", "send_digits"


@dataclass(frozen=True)
class Outcome:
    """The outcome, for the language model. `silent`: the agent has nothing to say about it."""

    ok: bool
    text: str
    silent: bool = False


class Abilities:
    """The functions that a language model can use in one call."""

    def __init__(self, told: Instructions, conversation: Conversation, api: Api, keypad: Keypad) -> None:
        self._told, self._conversation, self._api, self._keypad = told, conversation, api, keypad

    def schemas(self) -> list[dict[str, Any]]:
        """Return the schema of each function for language models: name, description, parameters."""
        nothing = {"type": "object", "properties": {}}
        schemas = [{**tool, "parameters": tool["parameters"] or nothing} for tool in self._told.tools]
        if self._told.transfers:
            schemas.append(self._transfer_schema())
        if self._told.sends_digits:
            keys = {"description": "DTMF digits to send, such as 1 or 42#. W waits half a second."}
            schemas.append(_schema(DIGITS, "Send DTMF digits, such as in a phone menu.", "digits", keys))
        return schemas

    def _transfer_schema(self) -> dict[str, Any]:
        whom = "\n".join(f"- {one['name']}: {one['description']}" for one in self._told.transfers)
        words = f"Transfer the call. Tell the other side before you do. Possible targets:\n{whom}"
        return _schema(TRANSFER, words, "to", {"enum": [one["name"] for one in self._told.transfers]})

    async def use(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        """Run a language model's request. An invalid or failed request is an outcome too."""
        began = time.monotonic()
        outcome = await self._carry_out(name, arguments)
        told = {"name": name, "arguments": json.dumps(dict(arguments)), "ok": outcome.ok, "result": outcome.text}
        self._conversation.watch({"type": "tool", **told, "seconds": round(time.monotonic() - began, 3)})
        return outcome

    async def _carry_out(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        if self._told.test and name in (TRANSFER, DIGITS):
            what = "transferred" if name == TRANSFER else "sent these digits"
            return Outcome(True, f"This is a test without a phone. In a call it would be {what} now. Say so.")
        with self._conversation.acting():
            try:
                if name == DIGITS and self._told.sends_digits:
                    await self._keypad.press(str(arguments.get("digits", "")))
                    return Outcome(True, "The digits were sent.")
                if name == TRANSFER:
                    done = await self._api.act("transfer", {"name": str(arguments.get("to", ""))}, TRANSFER_SECONDS)
                    return Outcome(done["ok"], done["result"], silent=done["ok"])
                return await self._use_tool(name, arguments)
            except (ApiFailed, ValueError) as error:
                return Outcome(False, f"It failed: {error}")

    async def transfer_first(self) -> bool:
        """Transfer the call to the target that the API knows; return False if the agent must answer instead."""
        with self._conversation.acting():
            try:
                return bool((await self._api.act("first-transfer", {}, TRANSFER_SECONDS))["ok"])
            except ApiFailed as error:
                logger.warning("The call could not be transferred: %s", error)
                return False

    async def _use_tool(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        asked = {"id": str(uuid.uuid4()), "name": name, "arguments": dict(arguments)}
        try:
            done = await self._api.act("tool", asked, TOOL_SECONDS, repeats=True)
        except NotDone:
            return Outcome(False, "The tool did not answer in time.")
        return Outcome(done["ok"], done["result"])


def _schema(name: str, description: str, argument: str, more: dict[str, Any]) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {argument: {"type": "string", **more}}, "required": [argument]}
    return {"name": name, "description": description, "parameters": parameters}
