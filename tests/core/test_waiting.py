"""Requests wait for background work without polling: one thread checks for all of them."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live.process import wait_until
from voxa.core.waiting import Waits


def test_what_is_done_already_needs_no_thread() -> None:
    here = threading.get_ident()
    assert Waits(8).wait(lambda: threading.get_ident() == here, 5)


def test_without_seconds_nothing_is_asked() -> None:
    assert not Waits(8).wait(lambda: pytest.fail("asked"), 0)


def test_a_wait_ends_when_its_time_is_up() -> None:
    assert not Waits(8).wait(lambda: False, 0.05)


def test_one_thread_checks_for_all_waits() -> None:
    waits, done, checkers = Waits(8), threading.Event(), set[int]()

    def is_done() -> bool:
        checkers.add(threading.get_ident())
        return done.is_set()

    with ThreadPoolExecutor(4) as web:
        answers = [web.submit(waits.wait, is_done, 60) for _ in range(4)]
        wait_until(lambda: len(waits._waits) == 4, "all wait")
        checkers.clear()  # at first each caller asks for itself
        wait_until(lambda: bool(checkers), "they are checked")
        done.set()
        assert [answer.result(60) for answer in answers] == [True] * 4
    assert len(checkers) == 1


def test_only_half_of_the_threads_wait() -> None:
    waits, done = Waits(2), threading.Event()
    with ThreadPoolExecutor(1) as web:
        first = web.submit(waits.wait, done.is_set, 60)
        wait_until(lambda: len(waits._waits) == 1, "one waits")
        assert not waits.wait(done.is_set, 60)
        done.set()
        assert first.result(60)
    assert waits.wait(done.is_set, 60)


def test_an_error_of_a_check_reaches_the_request_that_waits() -> None:
    here = threading.get_ident()

    def fails() -> bool:
        if threading.get_ident() != here:
            raise LookupError("gone")
        return False

    waits = Waits(8)
    for _ in range(2):  # the next wait has a thread again
        with pytest.raises(LookupError):
            waits.wait(fails, 60)
