"""Measured against a floor of the same run: only ratios compare between machines."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One result: a ratio with its target, and the two sides in words."""

    name: str
    ratio: float
    target: str
    met: bool
    detail: str


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(lines: list[Line]) -> None:
    """Print the results; a missed target is said, and is no failure: machines differ."""
    width = max(len(line.name) for line in lines)
    say(f"\n{'':<{width}}  {'ratio':>6}  {'target':>8}        ")
    for line in lines:
        verdict = ("ok" if line.met else "MISSED") if line.target else ""
        say(f"{line.name:<{width}}  {line.ratio:>6.2f}  {line.target:>8}  {verdict:<6}  {line.detail}")


def seconds(work: Callable[[], object]) -> float:
    """Time one piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(repeats: int, *works: Callable[[], object]) -> list[float]:
    """Time pieces of work in turn, so that a slow moment of the machine meets all; return each one's median seconds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for taken, work in zip(times, works, strict=True):
            taken.append(seconds(work))
    return [statistics.median(taken) for taken in times]
