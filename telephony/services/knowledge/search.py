"""Search the knowledge of an agent: by meaning where its provider has embeddings, and by words.

PostgreSQL compares vectors with pgvector where that extension is installed, else by itself; SQLite's are compared here.
The passages of one agent are few, so all of them are compared and no index is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from agents.knowledge.embeddings import Embedder, NoVectors
from agents.knowledge.words import best, scored, terms
from telephony.models import Agent, Passage

MOST_FOUND = 5
LOOKED_AT = 20  # of each ranking
QUESTION_SECONDS = 4.0  # for its vector; a tool has 8
LONGEST_QUESTION = 1_000
_SCORES = {
    # Vectors have length 1: the inner product, which pgvector returns negated, is the cosine.
    "pgvector": "-(vector::vector <#> %s::real[]::vector)",
    "sql": "(SELECT sum(a * b) FROM unnest(vector, %s::real[]) AS pair(a, b))",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Passages for a question, best first, and how they were found: by `meaning` or `words`."""

    passages: Sequence[Passage]
    by: str


def search(agent: Agent, question: str) -> Found:
    """Return the passages that fit a question best, within 5 s. Never call in a transaction."""
    question = question.strip()[:LONGEST_QUESTION]
    near = _by_meaning(agent, question)
    keys = best([near or [], _by_words(agent, question)], MOST_FOUND)
    rows = Passage.objects.filter(pk__in=keys).select_related("source").defer("vector", "words").in_bulk()
    return Found([rows[key] for key in keys if key in rows], "words" if near is None else "meaning")


def has_knowledge(agent: Agent) -> bool:
    """Return whether there is anything to search."""
    return _passages(agent).exists()


def _passages(agent: Agent) -> QuerySet[Passage]:
    return Passage.objects.filter(source__agents=agent, source__workspace=agent.workspace_id)


def _by_words(agent: Agent, question: str) -> list[int]:
    wanted, has = terms(question), Q()
    for term in wanted:
        has |= Q(words__contains=term)
    if not wanted:
        return []
    rows = _passages(agent)
    scores = scored(wanted, dict(rows.filter(has).values_list("pk", "words")), rows.count())
    return sorted(scores, key=lambda key: (-scores[key], key))[:LOOKED_AT]


def _by_meaning(agent: Agent, question: str) -> list[int] | None:
    """Return the nearest passages; None where only words are compared."""
    embedder = Embedder.of(agent)
    rows = _passages(agent).filter(source__space=embedder.space).exclude(vector=None) if embedder else None
    if embedder is None or rows is None or not question or not rows.exists():
        return None
    try:
        vector = embedder.vectors([question], QUESTION_SECONDS)[0]
    except NoVectors:
        return None
    return nearest(rows, vector)


def nearest(rows: QuerySet[Passage], vector: list[float]) -> list[int]:
    """Return the passages with the nearest vectors, nearest first. Those of another length are left out."""
    if connection.vendor == "postgresql":
        return _nearest_in_sql(rows, vector, "pgvector" if has_pgvector() else "sql")
    scores = {key: sum(map(mul, one, vector)) for key, one in _vectors(rows) if len(one) == len(vector)}
    return sorted(scores, key=lambda key: -scores[key])[:LOOKED_AT]


def _vectors(rows: QuerySet[Passage]) -> Any:
    return rows.values_list("pk", "vector").iterator()


def _nearest_in_sql(rows: QuerySet[Passage], vector: list[float], how: str) -> list[int]:
    keys, values = rows.order_by().values("pk").query.sql_with_params()
    text = (
        f"SELECT id FROM telephony_passage WHERE id IN ({keys}) AND array_length(vector, 1) = %s "  # noqa: S608  # no values
        f"ORDER BY {_SCORES[how]} DESC LIMIT {LOOKED_AT}"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, len(vector), vector])
        return [key for (key,) in cursor.fetchall()]


def has_pgvector() -> bool:
    """Return whether the database has the extension `vector`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regtype('vector') IS NOT NULL")
        return bool(cursor.fetchone()[0])
