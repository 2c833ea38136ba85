"""The tool by which a language model searches the knowledge of its agent. Every agent with passages has it."""

from collections.abc import Mapping
from typing import Any

from telephony.models import Agent
from telephony.services.knowledge.search import LONGEST_QUESTION, has_knowledge, search

NAME = "search_knowledge"
_NOTHING = "Nothing was found. Say that you do not know, rather than guess."
_TOOL: dict[str, Any] = {
    "name": NAME,
    "description": "Searches the documents of the company you speak for. Use it before you answer a question about "
    "the company, its products, prices, terms or hours, and answer only what the passages say.",
    "parameters": {
        "type": "object",
        "properties": {
            "question": {
                "type": "string",
                "maxLength": LONGEST_QUESTION,
                "description": "What to find, as a full question in the language of the documents.",
            }
        },
        "required": ["question"],
    },
}


def knowledge_tool(agent: Agent) -> dict[str, Any] | None:
    """Return the tool for language models, None if there is nothing to search."""
    return _TOOL if has_knowledge(agent) else None


def look_up(agent: Agent, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the passages for the language model, and for the timeline where they are from, without their text."""
    found = search(agent, str(arguments.get("question", "")))
    heads = [": ".join(filter(None, (one.source.name, one.place))) for one in found.passages]
    texts = [f"[{head}]\n{one.text}" for head, one in zip(heads, found.passages, strict=True)]
    told = {"sources": list(dict.fromkeys(heads)), "searchedBy": found.by}
    return "\n\n".join(texts) or _NOTHING, told
