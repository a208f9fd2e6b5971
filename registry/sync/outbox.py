"""The submitter: gives messages their nonce and signed bytes in one transaction, then sends those bytes until a receipt is indexed.

Signing is deterministic and the bytes are stored before anything is sent, so a repeat after a crash is byte-identical. Secrets are kept
in memory while the process lives and nowhere else in the clear.
"""

import time
from collections.abc import Callable, Sequence

import orjson

from chain import calldata, signing
from chain.admission import MAX_DATA, MAX_GAS
from chain.errors import BadCall, NonceSpent
from chain.gateway import ChainGateway
from registry.identity import keys
from registry.kernel import crash
from registry.kernel.errors import DomainError
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Unit, Work
from registry.sync import repo, repo_outbox
from registry.sync.repo_outbox import Rejected, Signed

# Messages signed in one transaction, and sent in one go: a block of the embedded engine.
BATCH = 2000
# Seconds after which bytes without a receipt are sent again.
_RESEND_AFTER = 10


class Secrets:
    """Secrets of custodial keys by address, opened once."""

    def __init__(self, open_secret: Callable[[Unit, str], bytes] = keys.secret_of) -> None:
        self._open = open_secret
        self._known: dict[str, bytes] = {}

    def of(self, unit: Unit, address: str) -> bytes | None:
        """The secret of an address; None when it is not kept here."""
        if address not in self._known:
            try:
                self._known[address] = self._open(unit, address)
            except DomainError:
                return None
        return self._known[address]


class Submitter:
    """Signs and sends. Any number may exist; a database lock lets one sign at a time."""

    def __init__(self, work: Work, gateway: ChainGateway, secrets: Secrets | None = None) -> None:
        self._work = work
        self._gateway = gateway
        self._secrets = secrets or Secrets()
        # Message -> when it was last sent (monotonic).
        self._sent: dict[int, float] = {}

    def sign_batch(self, limit: int = BATCH) -> int:
        """Signs the oldest queued messages; gives how many left the queue."""
        with self._work.begin(SERVICE) as unit:
            if not repo_outbox.lock_signing(unit.session):
                return 0
            messages = repo_outbox.queued(unit.session, limit)
            if not messages:
                return 0
            count = self._sign(unit, messages)
            crash.point(crash.Point.SUBMIT_SIGNING)
        crash.point(crash.Point.SUBMIT_SIGNED)
        return count

    def send(self, limit: int = BATCH) -> int:
        """Sends the oldest signed messages that were not sent lately; gives how many. Raises what the gateway raises."""
        with self._work.begin(SERVICE) as unit:
            waiting = repo_outbox.signed(unit.session, limit)
        now = time.monotonic()
        due = [message for message in waiting if now - self._sent.get(message.id, -_RESEND_AFTER) >= _RESEND_AFTER]
        if not due:
            return 0
        try:
            self._gateway.broadcast([message.raw for message in due], int(self._work.clock.now().timestamp()))
        except NonceSpent:
            self._replace(waiting)
            return 0
        self._sent = {message.id: self._sent.get(message.id, now) for message in waiting} | {message.id: now for message in due}
        crash.point(crash.Point.SUBMIT_SENT)
        return len(due)

    def _sign(self, unit: Unit, messages: Sequence[OutboxMessage]) -> int:
        nonces = repo_outbox.next_nonces(unit.session, {message.signer for message in messages})
        signed: list[Signed] = []
        rejected: list[Rejected] = []
        for message in messages:
            secret = self._secrets.of(unit, message.signer)
            if secret is None:
                rejected.append(_rejected(message, "NoSecret", signer=message.signer))
                continue
            try:
                call = _call(message, self._work, nonces[message.signer])
            except BadCall as error:
                rejected.append(_rejected(message, "BadCall", why=str(error)))
                continue
            transaction = signing.sign_transaction(secret, call)
            signed.append(Signed(message.id, message.signer, call.nonce, transaction.hash, transaction.raw))
            nonces[message.signer] += 1
        unit.session.expunge_all()
        repo_outbox.set_nonces(unit.session, nonces)
        repo_outbox.store_signed(unit.session, signed, unit.now)
        if rejected:
            repo_outbox.store_rejected(unit.session, rejected, unit.now)
            repo.announce(unit.session, repo.INDEXED, "rejected")
        return len(messages)

    def _replace(self, waiting: Sequence[Signed]) -> None:
        """Some nonce was used by a transaction that is not ours: those messages get new nonces, above what the chain has seen."""
        reached = {signer: self._gateway.nonce(signer) for signer in {message.signer for message in waiting}}
        stale = [
            message for message in waiting if message.nonce < reached[message.signer] and self._gateway.receipt(message.tx_hash) is None
        ]
        with self._work.begin(SERVICE) as unit:
            for signer in {message.signer for message in stale}:
                repo_outbox.raise_nonce(unit.session, signer, reached[signer])
            repo_outbox.requeue(unit.session, [message.id for message in stale], unit.now)


def _call(message: OutboxMessage, work: Work, nonce: int) -> signing.TransactionFields:
    """The transaction of a message. BadCall when the contract has no such call or no block could hold it."""
    gas = calldata.gas_for(message.function, message.args)
    data = calldata.encode_wire(message.function, message.args)
    if gas > MAX_GAS or len(data) > MAX_DATA:
        raise BadCall(message.function, "too large for one transaction; split it")
    return signing.TransactionFields(work.network.chain_id, nonce, work.network.contract, data, gas)


def _rejected(message: OutboxMessage, error: str, **detail: str) -> Rejected:
    return Rejected(message.id, error, orjson.dumps(detail).decode())
