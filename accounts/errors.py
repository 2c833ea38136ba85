"""Errors that services of every app raise, beside Django's ValidationError. Each front door renders them its way."""


class ServiceError(Exception):
    """A request that is well formed and still cannot be carried out.

    `code` is stable and for programs, `message` tells a person what to do, `field` names the model field at fault.
    """

    def __init__(self, message: str, *, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class Conflict(ServiceError):
    """It collides with what is there already (HTTP 409)."""

    def __init__(self, message: str, *, code: str = "conflict", field: str | None = None) -> None:
        super().__init__(message, code=code, field=field)


class Unavailable(ServiceError):
    """Something it needs is not configured or not reachable now (HTTP 503)."""

    def __init__(self, message: str, *, code: str = "unavailable", field: str | None = None) -> None:
        super().__init__(message, code=code, field=field)
