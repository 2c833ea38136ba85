"""The admin of calls."""

from calls.admin.call import CallAdmin

__all__ = ["CallAdmin"]
