"""Errors that services of every app raise, besides Django's `ValidationError`. API and admin render them."""


class ServiceError(Exception):
    """A valid request that cannot be carried out.

    `code` is stable and for programs, `message` has the remedy, `field` is a model field name or empty.
    """

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class Conflict(ServiceError):
    """The request conflicts with existing data (HTTP 409)."""


class Unavailable(ServiceError):
    """A required service is not configured or not reachable now (HTTP 503)."""
