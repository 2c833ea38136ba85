"""Errors that services of every app raise, beside Django's ValidationError. Each front door renders them its way."""


class ServiceError(Exception):
    """A request that is right in itself and still cannot be carried out.

    `code` is stable and for programs, `message` tells a person what to do, `field` is a model field name or empty.
    """

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class Conflict(ServiceError):
    """What exists stands against it (HTTP 409)."""


class Unavailable(ServiceError):
    """Something it needs is not configured, or not reachable now (HTTP 503)."""
