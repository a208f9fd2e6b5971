"""What may stand in the way of a use case on claims before the contract is asked; what the contract refuses comes back as its refusal."""

from registry.kernel.errors import DomainError, Kind


class InvoiceOccupied(DomainError):
    """Nothing of the invoice is free: payables have used its total."""

    code = "invoice_occupied"
    kind = Kind.CONFLICT


class DocumentsMissing(DomainError):
    """A transfer to another needs at least one trade document."""

    code = "documents_missing"
    kind = Kind.INVALID


class NoFreeChild(DomainError):
    """All child numbers of the lot are spent or promised."""

    code = "no_free_child"
    kind = Kind.CONFLICT


class ConsentMissing(DomainError):
    """The other party has not consented yet, or its consent is for an earlier version."""

    code = "consent_missing"
    kind = Kind.CONFLICT


class PartyInactive(DomainError):
    """The participant that a lock is for is suspended."""

    code = "party_inactive"
    kind = Kind.CONFLICT


class OfferClosed(DomainError):
    """The offer is accepted, withdrawn, expired or stale."""

    code = "offer_closed"
    kind = Kind.CONFLICT


class SignatureInvalid(DomainError):
    """The signature is not one of the signer's registered keys over what it is for."""

    code = "signature_invalid"
    kind = Kind.INVALID


class StillPending(DomainError):
    """The same step is on its way to the chain already."""

    code = "still_pending"
    kind = Kind.CONFLICT
