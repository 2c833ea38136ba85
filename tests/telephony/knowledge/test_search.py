"""An agent finds the passages of its own sources, by meaning where it can, and by words in any language."""

import pytest
from django.db import connection

from agents.knowledge.words import best, folded, scored, terms
from telephony.models import Agent, Passage
from telephony.services.knowledge import search as searching
from telephony.services.knowledge.search import nearest, search
from tests.telephony.knowledge.conftest import Adds, Host

TEXT = "# Visits\n\n{}\n\n# Costs\n\n{}\n"


def split(agent: Agent, add: Adds) -> None:
    """Add a file of two passages."""
    rest = "More about it is told at the desk. " * 20
    add([agent], TEXT.format(f"Our doors are unlocked at nine. {rest}", f"Work is 40 euros. {rest}"))


def places(agent: Agent, question: str) -> tuple[str, list[str]]:
    found = search(agent, question)
    return found.by, [one.place for one in found.passages]


def test_it_is_found_by_meaning(agent: Agent, add: Adds) -> None:
    split(agent, add)
    assert places(agent, "Is it expensive?")[1][0] == "Costs"
    by, found = places(agent, "When may I come by?")
    assert (by, found[0]) == ("meaning", "Visits")


def test_it_is_found_by_words_without_embeddings(silent_agent: Agent, add: Adds) -> None:
    split(silent_agent, add)
    assert places(silent_agent, "Are your doors UNLOCKED in the morning?")[1][0] == "Visits"
    assert places(silent_agent, "zebra") == ("words", [])


def test_it_is_found_by_words_while_the_embeddings_fail(agent: Agent, add: Adds, host: Host) -> None:
    split(agent, add)
    host.refuses = 500
    assert places(agent, "Which euros?") == ("words", ["Costs"])


def test_agents_with_other_models_compare_words(acme: object, agent: Agent, silent_agent: Agent, add: Adds) -> None:
    add([agent, silent_agent])
    assert search(agent, "hours").by == "meaning"
    assert search(silent_agent, "hours").by == "words"


def test_only_its_own_sources_are_found(agent: Agent, silent_agent: Agent, foreign_agent: Agent, add: Adds) -> None:
    add([agent])
    assert [len(search(one, "open hours").passages) for one in (silent_agent, foreign_agent)] == [0, 0]


@pytest.mark.parametrize("question", ["", " ", "?", "a", "%", "_", "x" * 100_000, "'; --"])
def test_any_question_is_answered(agent: Agent, add: Adds, question: str) -> None:
    add([agent])
    assert search(agent, question).by in ("meaning", "words")


def test_vectors_of_another_length_are_left_out(agent: Agent, add: Adds) -> None:
    add([agent])
    rows = Passage.objects.all()
    assert len(nearest(rows, [1.0, 0.0, 0.0])) == rows.count()
    assert nearest(rows, [1.0, 0.0]) == []


@pytest.mark.postgres
def test_pgvector_and_plain_sql_agree(agent: Agent, add: Adds, monkeypatch: pytest.MonkeyPatch) -> None:
    split(agent, add)
    plain = searching._nearest_in_sql(Passage.objects.all(), [0.0, 1.0, 0.0], "sql")
    assert Passage.objects.get(pk=plain[0]).place == "Costs"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'")
        if cursor.fetchone() == (0,):
            assert not searching.has_pgvector()
            return
        cursor.execute("CREATE EXTENSION vector")
    assert searching.has_pgvector()
    assert nearest(Passage.objects.all(), [0.0, 1.0, 0.0]) == plain


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When do you open?", "The opening times"), ("Reparaturen", "Eine Reparatur kostet"), ("GEÖFFNET", "geoffnet"),
        ("营业时间是什么", "我们的营业时间"), ("Order A-1042", "order a 1042"), ("garanties", "La garantie dure"),
    ],
)  # fmt: skip
def test_words_are_found_in_other_forms(question: str, text: str) -> None:
    assert scored(terms(question), {1: folded(text), 2: "something else"}, 2).keys() == {1}


def test_rare_words_count_more_than_common_ones() -> None:
    texts = {1: "the desk and the desk", 2: "the desk of a notary", 3: "the desk"}
    scores = scored(terms("the notary's desk"), texts, 3)
    assert max(scores, key=lambda key: scores[key]) == 2


def test_rankings_are_merged() -> None:
    assert best([[1, 2, 3], [3, 4]], 2) == [3, 1]
