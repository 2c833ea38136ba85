"""Errors of a file or of one cell."""


class FileError(ValueError):
    """The file cannot be read at all. `message` is for people and names the remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class CellError(FileError):
    """One cell, and so its row, cannot be imported."""
