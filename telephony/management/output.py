"""Output of commands: progress on standard error of a terminal, result tables on standard output."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

PIPE_WIDTH = 200  # columns where standard output is no terminal, so that nothing is cut


@contextmanager
def progress(stderr: Any, label: str, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar while the block runs; call the yielded function once per item."""
    terminal = Console(file=_stream(stderr))
    with Progress(console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)


def print_table(stdout: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under these headings. Cells are printed literally, brackets included."""
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(str, row))
    console(stdout).print(table)


def console(stdout: Any) -> Console:
    """Return a console on a command's output that prints text literally."""
    found = Console(file=_stream(stdout), markup=False, highlight=False)
    if not found.is_terminal:
        found.width = PIPE_WIDTH
    return found


def _stream(wrapper: Any) -> IO[str]:
    """Return the stream under Django's wrapper."""
    return getattr(wrapper, "_out", wrapper)  # type: ignore[no-any-return]
