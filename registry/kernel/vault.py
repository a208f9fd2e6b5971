"""The vault: seals and opens values under per-entity data keys, which are wrapped by the master key."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from registry.kernel import repo, sealing
from registry.kernel.errors import NotFound


class Vault:
    """Opens data keys once per unit of work. `owner` is the entity whose key seals a value; 0 is the installation."""

    def __init__(self, session: Session, master_key: bytes) -> None:
        self._session = session
        self._master_key = master_key
        self._keys: dict[int, bytes] = {}

    def seal(self, owner: int, column: str, plain: bytes | str) -> bytes:
        """Seals a value for "table.column"; makes the owner's key on first use."""
        data = plain.encode() if isinstance(plain, str) else plain
        return sealing.seal(self._key(owner), data, f"{column}:{owner}")

    def open(self, owner: int, column: str, sealed: bytes) -> bytes:
        """The plain value; Invalid when it was moved or altered, NotFound when the owner's key was destroyed."""
        return sealing.unseal(self._key(owner), sealed, f"{column}:{owner}")

    def read(self, owner: int, column: str, sealed: bytes) -> str:
        """Like `open`, as text."""
        return self.open(owner, column, sealed).decode()

    def load(self, owners: Iterable[int]) -> None:
        """Opens the keys of many owners with one query, before many values of theirs are read."""
        missing = set(owners) - self._keys.keys()
        for row in repo.data_keys(self._session, missing) if missing else []:
            if row.wrapped is not None:
                self._keys[row.entity_id] = self._unwrap(row.entity_id, row.wrapped)

    def _key(self, owner: int) -> bytes:
        if owner not in self._keys:
            self._keys[owner] = self._load(owner)
        return self._keys[owner]

    def _load(self, owner: int) -> bytes:
        row = repo.data_key(self._session, owner)
        if row is None:
            fresh = sealing.seal(self._master_key, sealing.new_key(), f"data_keys.wrapped:{owner}")
            row = repo.add_data_key(self._session, owner, wrapped=fresh, created_at=datetime.now(UTC))
        if row.wrapped is None:
            raise NotFound("this entity's data was erased: its key was destroyed", entity=owner)
        return self._unwrap(owner, row.wrapped)

    def _unwrap(self, owner: int, wrapped: bytes) -> bytes:
        return sealing.unseal(self._master_key, wrapped, f"data_keys.wrapped:{owner}")
