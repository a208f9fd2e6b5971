"""What can go wrong with entities, keys and accounts."""

from registry.kernel.errors import DomainError, Kind


class IdentifierInvalid(DomainError):
    """An identifier is malformed, or its check digit is wrong and no reason was given why it stands all the same."""

    code = "identifier_invalid"
    kind = Kind.INVALID


class IdentifierTaken(DomainError):
    """Another entity is registered under the same identifier."""

    code = "identifier_taken"
    kind = Kind.CONFLICT


class EntityExists(DomainError):
    """The entity number is in use."""

    code = "entity_exists"
    kind = Kind.CONFLICT


class RoleMissing(DomainError):
    """The entity named does not have the role that this needs."""

    code = "role_missing"
    kind = Kind.CONFLICT


class NoCustodialKey(DomainError):
    """The entity keeps its keys itself, so the service can't sign for it: prepare here, sign elsewhere, submit."""

    code = "no_custodial_key"
    kind = Kind.CONFLICT


class KeyTaken(DomainError):
    """A key belongs to one entity for ever; this address is known already."""

    code = "key_taken"
    kind = Kind.CONFLICT


class KeyRevoked(DomainError):
    """The key was ended before."""

    code = "key_revoked"
    kind = Kind.CONFLICT
