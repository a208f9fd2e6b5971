"""API keys: 256 random bits under a prefix that secret scanners find. Only the SHA-256 is kept; the token is shown once."""

import base64
import hashlib
import re
import secrets

from registry.identity import repo, rules
from registry.identity.errors import KeyRevoked
from registry.identity.permissions import require_own
from registry.identity.tables import ApiKey
from registry.kernel.errors import NotFound, Unauthenticated
from registry.kernel.uow import Actor, Unit

_TOKEN = re.compile(r"tsk_[a-z2-7]{52}")
_SHOWN = 12


def issue(unit: Unit, entity_id: int, *, label: str) -> tuple[ApiKey, str]:
    """A new key for an entity, with its token "tsk_..."; for itself and the registrar. NotFound when there is no such entity."""
    require_own(unit.actor, entity_id)
    if repo.entity(unit.session, entity_id) is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    token = "tsk_" + base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower()
    row = ApiKey(entity_id=entity_id, label=rules.name(label), prefix=token[:_SHOWN], hash=_hash(token), created_at=unit.now)
    repo.add(unit.session, row)
    return row, token


def authenticate(unit: Unit, token: str) -> Actor:
    """The entity that a token stands for. Unauthenticated for anything but a key that is in force.

    The look-up is by the hash of 256 random bits, so its time tells nothing about other tokens.
    """
    found = repo.api_key_by_hash(unit.session, _hash(token)) if _TOKEN.fullmatch(token) else None
    if found is None:
        raise Unauthenticated("this API key is unknown or revoked; ask your registrar for a new one")
    row, roles = found
    return Actor(entity_id=row.entity_id, roles=roles, via=f"api:{row.prefix}")


def revoke(unit: Unit, key_id: int) -> ApiKey:
    """Ends a key at once; for its entity and the registrar. Raises NotFound, KeyRevoked."""
    row = repo.api_key(unit.session, key_id)
    if row is None:
        raise NotFound(f"there is no API key {key_id}", api_key=key_id)
    require_own(unit.actor, row.entity_id)
    if row.revoked_at is not None:
        raise KeyRevoked("this API key has ended already", api_key=key_id)
    row.revoked_at = unit.now
    return row


def listed(unit: Unit, entity_id: int) -> list[ApiKey]:
    """An entity's API keys, oldest first; for itself and the registrar."""
    require_own(unit.actor, entity_id)
    return repo.api_keys(unit.session, entity_id)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
