"""What may stand in the way of funding and clearing before the contract is asked."""

from registry.kernel.errors import DomainError, Kind


class AccountMissing(DomainError):
    """No bank account is bound for the currency, so there is nowhere to pay to."""

    code = "account_missing"
    kind = Kind.CONFLICT


class FinancingClosed(DomainError):
    """The lot is not locked for this financing any more, or not pledged."""

    code = "financing_closed"
    kind = Kind.CONFLICT


class PaymentRepeated(DomainError):
    """A payment with the same bank reference was recorded for this payable before."""

    code = "payment_repeated"
    kind = Kind.CONFLICT


class NothingToClear(DomainError):
    """No money is there to be paid out, or no lot is left to pay."""

    code = "nothing_to_clear"
    kind = Kind.CONFLICT


class MirrorBehind(DomainError):
    """The index of the chain does not add up yet: lots and payable are of different blocks, or `check` has found a break."""

    code = "mirror_behind"
    kind = Kind.UNAVAILABLE
