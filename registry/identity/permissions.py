"""One table of who may do what, asked by every entry point before anything else. Pure.

A role lets an entity try an act at all; whether it may do it to this payable or lot is decided where the claim is looked up, and in
the end by the contract.
"""

from pathlib import Path
from typing import Protocol

from chain.structs import ROLE_AGENT, ROLE_AUDITOR, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER
from registry.kernel.errors import Forbidden

ROLES: dict[str, int] = {
    "obligor": ROLE_OBLIGOR,
    "supplier": ROLE_SUPPLIER,
    "funder": ROLE_FUNDER,
    "agent": ROLE_AGENT,
    "registrar": ROLE_REGISTRAR,
    "auditor": ROLE_AUDITOR,
}
# Not roles: every registered entity, reading what it may see; every entity about itself, and the registrar about others.
ANY = 0
SELF = -1

_ANY = frozenset({ANY})
_SELF = frozenset({SELF})
_OBLIGOR = frozenset({ROLE_OBLIGOR})
_PAYEE = frozenset({ROLE_SUPPLIER})
_FUNDER = frozenset({ROLE_FUNDER})
_AGENT = frozenset({ROLE_AGENT})
_REGISTRAR = frozenset({ROLE_REGISTRAR})
_HOLDER = frozenset({ROLE_SUPPLIER, ROLE_FUNDER, ROLE_OBLIGOR})
_AGENT_AND_REGISTRAR = frozenset({ROLE_AGENT, ROLE_REGISTRAR})
_OVERSIGHT = frozenset({ROLE_REGISTRAR, ROLE_AUDITOR})

ACTS: dict[str, frozenset[int]] = {
    "me.show": _ANY,
    "entity.register": _REGISTRAR,
    "entity.suspend": _REGISTRAR,
    "entity.activate": _REGISTRAR,
    "entity.renew": _REGISTRAR,
    "entity.list": _ANY,
    "entity.show": _ANY,
    "key.add": _REGISTRAR,
    "key.revoke": _SELF,
    "key.list": _SELF,
    "account.bind": _SELF,
    "account.list": _SELF,
    "api_key.issue": _SELF,
    "api_key.revoke": _SELF,
    "api_key.list": _SELF,
    "limit.set": _REGISTRAR,
    "limit.list": _ANY,
    "profile.set": _REGISTRAR,
    "profile.pause": _REGISTRAR,
    "profile.list": _ANY,
    "profile.show": _ANY,
    "invoice.import": _OBLIGOR,
    "invoice.list": _ANY,
    "invoice.show": _ANY,
    "payable.confirm": _OBLIGOR,
    "payable.accept": _PAYEE,
    "payable.refuse": _PAYEE,
    "payable.consent": _PAYEE,
    "payable.cancel": _OBLIGOR,
    "payable.suspend_redemption": _REGISTRAR,
    "payable.mark_overdue": _ANY,
    "payable.list": _ANY,
    "payable.show": _ANY,
    "lot.split": _HOLDER,
    "lot.merge": _HOLDER,
    "lot.lock": _HOLDER,
    "lot.release": _HOLDER,
    "lot.discharge": _HOLDER,
    "lot.set_off": _OBLIGOR,
    "lot.freeze": _REGISTRAR,
    "lot.force_transfer": _REGISTRAR,
    "lot.reopen": _AGENT_AND_REGISTRAR,
    "lot.list": _ANY,
    "lot.show": _ANY,
    "lot.certify": _ANY,
    "offer.make": _HOLDER,
    "offer.accept": _HOLDER,
    "offer.withdraw": _HOLDER,
    "offer.list": _ANY,
    "offer.show": _ANY,
    "document.attach": _ANY,
    "document.list": _ANY,
    "document.show": _ANY,
    "financing.lock": _HOLDER,
    "financing.complete": _FUNDER,
    "financing.release": _HOLDER,
    "financing.release_pledge": _FUNDER,
    "financing.list": _ANY,
    "financing.show": _ANY,
    "payment.record": _AGENT,
    "payment.reverse": _AGENT_AND_REGISTRAR,
    "payment.list": _ANY,
    "payment.show": _ANY,
    "clearing.plan": _ANY,
    "clearing.run": _AGENT,
    "clearing.list": _ANY,
    "clearing.show": _ANY,
    "event.list": _ANY,
    "transaction.list": _ANY,
    "transaction.show": _ANY,
    "balance.list": _ANY,
    "position.list": _ANY,
    "digest.show": _ANY,
    "act.list": _ANY,
    "audit.verify": _OVERSIGHT,
    "audit.export": _OVERSIGHT,
    "audit.anchor": _REGISTRAR,
    "network.show": _ANY,
    "pin.show": _ANY,
    "sync.show": _OVERSIGHT,
    "check.run": _OVERSIGHT,
    "check.list": _OVERSIGHT,
    "check.show": _OVERSIGHT,
    "break.list": _OVERSIGHT,
    "break.show": _OVERSIGHT,
    "break.explain": _REGISTRAR,
    "break.own": _REGISTRAR,
    "ledger.show": _OVERSIGHT,
}


class Acting(Protocol):
    """What the table needs to know of an actor: entity id (0: the service itself) and role bits."""

    @property
    def entity_id(self) -> int:
        """Participant number."""
        ...

    @property
    def roles(self) -> int:
        """Role bits as on-chain."""
        ...


def allowed(actor: Acting, act: str) -> bool:
    """Whether the table lets the actor try an act. KeyError for an act that the table does not name."""
    roles = ACTS[act]
    return actor.entity_id == 0 or bool(roles & {ANY, SELF}) or any(actor.roles & role for role in roles)


def require(actor: Acting, act: str) -> None:
    """Forbidden unless `allowed`; the message names who may."""
    if not allowed(actor, act):
        raise Forbidden(f"{act} is for: {who(act)}", act=act, entity=actor.entity_id)


def require_own(actor: Acting, entity_id: int) -> None:
    """The rule behind SELF: an entity acts about itself, the registrar about any. Forbidden otherwise."""
    if actor.entity_id not in {0, entity_id} and not actor.roles & ROLE_REGISTRAR:
        raise Forbidden("an entity may only do this for itself; the registrar for any", entity=actor.entity_id, subject=entity_id)


def who(act: str) -> str:
    """Who may do an act, in words, as documentation shows it."""
    roles = ACTS[act]
    if ANY in roles:
        return "every entity"
    if SELF in roles:
        return "every entity for itself, registrar for any"
    return ", ".join(name for name, bit in ROLES.items() if bit in roles)


def acts_of(actor: Acting) -> list[str]:
    """All acts that an actor may try, in the table's order."""
    return [act for act in ACTS if allowed(actor, act)]


def role_names(roles: int) -> list[str]:
    """Names of role bits, in a fixed order."""
    return [name for name, bit in ROLES.items() if roles & bit]


def sees_all(actor: Acting) -> bool:
    """Registrar, auditor and the service itself see every row."""
    return actor.entity_id == 0 or bool(actor.roles & (ROLE_REGISTRAR | ROLE_AUDITOR))


def table() -> str:
    """The table as README shows it."""
    rows = [f"| `{act}` | {who(act)} |" for act in ACTS]
    return "\n".join(["| act | who |", "|---|---|", *rows])


if __name__ == "__main__":
    readme = Path(__file__).with_name("README.md")
    head, _, _ = readme.read_text().partition("| act | who |")
    readme.write_text(head + table() + "\n")
