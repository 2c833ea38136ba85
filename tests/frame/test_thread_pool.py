"""Web requests go to the thread that became free last."""

from concurrent.futures import wait
from threading import Barrier, Event, get_ident

from tests.live.process import wait_until
from voxa.thread_pool import WarmThreads


def test_one_request_at_a_time_stays_on_one_thread() -> None:
    with WarmThreads(4) as pool:
        everyone = Barrier(4, timeout=10)
        threads = {one.result(10) for one in [pool.submit(_meet, everyone) for _ in range(4)]}
        assert len(threads) == 4
        assert len({_next(pool, free=4) for _ in range(20)}) == 1


def test_the_thread_that_became_free_last_is_next() -> None:
    with WarmThreads(3) as pool:
        ends = [Event() for _ in range(3)]
        works = [pool.submit(_until, end) for end in ends]
        for free, place in enumerate((2, 0, 1), 1):
            ends[place].set()
            assert _next(pool, free) == works[place].result(10)


def test_what_waits_for_a_thread_is_done_in_order() -> None:
    with WarmThreads(1) as pool:
        end, done = Event(), list[int]()
        pool.submit(_until, end)
        works = [pool.submit(done.append, turn) for turn in range(5)]
        end.set()
        wait(works, 10)
        assert done == [0, 1, 2, 3, 4]


def test_its_end_waits_for_what_was_given_and_ends_all_threads() -> None:
    pool = WarmThreads(3, "warm")
    results = [pool.submit(get_ident) for _ in range(9)]
    pool.shutdown()
    assert all(one.done() for one in results)
    assert not any(thread.is_alive() for thread in pool._threads)


def _next(pool: WarmThreads, free: int) -> int:
    """Return the thread that gets the next work, once so many wait for some."""
    wait_until(lambda: len(pool._work_queue._waiting) == free, "threads that wait", every=0.001)
    return pool.submit(get_ident).result(10)


def _meet(everyone: Barrier) -> int:
    everyone.wait()
    return get_ident()


def _until(end: Event) -> int:
    end.wait(10)
    return get_ident()
