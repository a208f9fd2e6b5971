"""Domain errors: each has a stable `code`, a `kind` that entry points map to a status, and a message that says what to do.

`api/errors.py` maps kinds to HTTP statuses, `api/cli` to exit codes; a test walks all subclasses.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What went wrong from the caller's point of view."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """Base of all errors that callers may see. `context` holds the values that explain it; never secrets."""

    code: str = "domain_error"
    kind: Kind = Kind.INVALID

    def __init__(self, message: str, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.context = context


class NotFound(DomainError):
    """No such thing, or none that the caller may see."""

    code = "not_found"
    kind = Kind.NOT_FOUND


class Forbidden(DomainError):
    """The caller is known but may not do this."""

    code = "forbidden"
    kind = Kind.FORBIDDEN


class Unauthenticated(DomainError):
    """No valid credential came with the request."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED


class Invalid(DomainError):
    """A value breaks a rule that needs no state to check."""

    code = "invalid_value"
    kind = Kind.INVALID


class Conflict(DomainError):
    """The present state does not allow it."""

    code = "conflict"
    kind = Kind.CONFLICT


class IdempotencyConflict(DomainError):
    """The same Idempotency-Key came before with another body."""

    code = "idempotency_conflict"
    kind = Kind.CONFLICT


class Unavailable(DomainError):
    """A part that is needed does not answer now; the same request may be repeated later."""

    code = "unavailable"
    kind = Kind.UNAVAILABLE


class ChainRefused(DomainError):
    """The contract refused the transaction; code and kind are the refusal's own (registry.kernel.refusals), context has its values."""

    code = "chain_refused"
    kind = Kind.CONFLICT

    def __init__(self, message: str, *, code: str = "chain_refused", kind: Kind = Kind.CONFLICT, **context: object) -> None:
        super().__init__(message, **context)
        self.code = code
        self.kind = kind
