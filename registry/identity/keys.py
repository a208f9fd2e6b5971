"""Signing keys of entities. Custodial keys are made here and sealed under the entity's data key; others are known by address only."""

from datetime import datetime, timedelta

from chain import signing
from chain.errors import ChainError
from chain.types import parse_address
from registry.identity import repo, rules
from registry.identity.errors import KeyRevoked, KeyTaken, NoCustodialKey
from registry.identity.permissions import require, require_own
from registry.identity.tables import SigningKey
from registry.kernel import outbox
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import Unit

# The registrar is entity 1; its first custodial key also deploys and administers the contracts.
REGISTRAR = 1
LIFETIME = timedelta(days=5 * 365)
_COLUMN = "signing_keys.secret_sealed"


def add(
    unit: Unit,
    entity_id: int,
    *,
    label: str,
    address: str | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> SigningKey:
    """Gives an entity a key: its own by address, or a custodial one made now. Valid from now for five years unless said otherwise.

    For the registrar. Raises NotFound, KeyTaken for an address that is known, Invalid for an address or a validity that is none.
    """
    require(unit.actor, "key.add")
    if repo.entity(unit.session, entity_id) is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    row = make(unit, entity_id, label=label, address=address, valid_from=valid_from, valid_until=valid_until)
    announce(unit, row)
    return row


def make(
    unit: Unit,
    entity_id: int,
    *,
    label: str,
    address: str | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> SigningKey:
    """The row of a key, for an entity that is being registered: asks no permission and does not tell the chain (`announce` does)."""
    start = valid_from or unit.now.replace(microsecond=0)
    end = valid_until or start + LIFETIME
    if rules.seconds(start, "valid_from") >= rules.seconds(end, "valid_until"):
        raise Invalid("a key's validity ends after it begins", valid_from=start.isoformat(), valid_until=end.isoformat())
    sealed = None
    if address is None:
        secret = signing.new_secret()
        address = signing.address_of(secret)
        sealed = unit.vault.seal(entity_id, _COLUMN, secret)
    row = SigningKey(
        address=_parsed(address),
        entity_id=entity_id,
        label=rules.name(label),
        secret_sealed=sealed,
        valid_from=start,
        valid_until=end,
        created_at=unit.now,
    )
    if repo.signing_key(unit.session, row.address) is not None:
        raise KeyTaken("this address is known already; a key belongs to one entity for ever", address=row.address)
    repo.add(unit.session, row)
    return row


def announce(unit: Unit, row: SigningKey) -> None:
    """Tells the chain of a key and its validity, signed by the registrar."""
    start, end = rules.seconds(row.valid_from, "valid_from"), rules.seconds(row.valid_until, "valid_until")
    args = [row.address, row.entity_id, start, end]
    outbox.enqueue(unit, signer=signer_for(unit, REGISTRAR), function="setKey", args=args, subject=f"entity:{row.entity_id}")


def revoke(unit: Unit, address: str) -> SigningKey:
    """Ends a key now, for its entity or the registrar. What it signed in its time stays provable.

    Raises NotFound, Forbidden, KeyRevoked.
    """
    row = repo.signing_key(unit.session, _parsed(address))
    if row is None:
        raise NotFound("there is no such key", address=address)
    require_own(unit.actor, row.entity_id)
    now = unit.now.replace(microsecond=0)
    if row.revoked_at is not None or row.valid_until <= now:
        raise KeyRevoked("this key has ended already", address=row.address)
    if unit.actor.entity_id == row.entity_id and custodial(unit, row.entity_id) is not None:
        signer = signer_for(unit, row.entity_id)
        outbox.enqueue(unit, signer=signer, function="revokeKey", args=[row.address], subject=f"entity:{row.entity_id}")
        _end(unit, row, now)
    else:
        _end(unit, row, now)
        announce(unit, row)
    return row


def _end(unit: Unit, row: SigningKey, now: datetime) -> None:
    row.valid_from = min(row.valid_from, now - timedelta(seconds=1))
    row.valid_until = now
    row.revoked_at = unit.now
    unit.session.flush()


def listed(unit: Unit, entity_id: int) -> list[SigningKey]:
    """An entity's keys, oldest first; for itself and the registrar."""
    require_own(unit.actor, entity_id)
    return repo.signing_keys(unit.session, entity_id)


def custodial(unit: Unit, entity_id: int) -> SigningKey | None:
    """The first custodial key of an entity that is valid now."""
    found = (row for row in repo.signing_keys(unit.session, entity_id) if row.secret_sealed is not None)
    return next((row for row in found if row.revoked_at is None and row.valid_from <= unit.now < row.valid_until), None)


def signer_for(unit: Unit, entity_id: int) -> tuple[int, str]:
    """Who signs an entity's contract calls: its number and the address of its custodial key. NoCustodialKey when it has none."""
    row = custodial(unit, entity_id)
    if row is None:
        message = "this entity has no custodial key that is valid now; sign with its own key and send through /rpc"
        raise NoCustodialKey(message, entity=entity_id)
    return entity_id, row.address


def sign_digest(unit: Unit, entity_id: int, digest: bytes) -> bytes:
    """An entity's signature of a 32-byte digest (65 bytes, low s), by its custodial key. NoCustodialKey when it has none."""
    _, address = signer_for(unit, entity_id)
    return signing.sign_digest(secret_of(unit, address), digest)


def secret_of(unit: Unit, address: str) -> bytes:
    """The private key of a custodial address; for the submitter, which signs what was decided before. NoCustodialKey otherwise."""
    row = repo.signing_key(unit.session, address)
    if row is None or row.secret_sealed is None:
        raise NoCustodialKey("the service does not have this key", address=address)
    return unit.vault.open(row.entity_id, _COLUMN, row.secret_sealed)


def _parsed(address: str) -> str:
    try:
        return parse_address(address)
    except (ChainError, ValueError) as error:
        raise Invalid("an address is 0x and 40 hex digits", address=address) from error
