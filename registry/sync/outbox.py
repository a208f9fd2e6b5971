"""The submitter: gives messages their nonce and signed bytes in one transaction, then sends those bytes until a receipt is indexed.

Signing is deterministic and the bytes are stored before anything is sent, so a repeat after a crash is byte-identical. Secrets are kept
in memory while the process lives and nowhere else in the clear.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import orjson

from chain import calldata, counts, signing
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

    def __init__(
        self, work: Work, gateway: ChainGateway, secrets: Secrets | None = None, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        """`ticks`: seconds that only grow."""
        self._work = work
        self._ticks = ticks
        self._gateway = gateway
        self._secrets = secrets or Secrets()
        # Signed and without a receipt, by transaction; None: the tables have to be read.
        self._waiting: dict[bytes, Signed] | None = None
        # Transaction -> when it was last sent, in ticks.
        self._sent: dict[bytes, float] = {}
        # Senders whose counter was compared with the chain's.
        self._met: set[str] = set()

    def sign_batch(self, limit: int = BATCH) -> int:
        """Signs the oldest queued messages; gives how many left the queue."""
        with self._work.begin(SERVICE) as unit:
            messages = repo_outbox.queued(unit.session, limit)
            if not messages:
                return 0
            strangers = {message.signer for message in messages} - self._met
            if not strangers:
                signed = self._sign(unit, messages)
                crash.point(crash.Point.SUBMIT_SIGNING)
        if strangers:
            self._meet(strangers)
            return self.sign_batch(limit)
        crash.point(crash.Point.SUBMIT_SIGNED)
        if self._waiting is not None:
            self._waiting |= {message.tx_hash: message for message in signed}
        return len(messages)

    def send(self, limit: int = BATCH) -> int:
        """Sends signed messages that were not sent lately, in the order of their nonces; gives how many. Raises what the gateway raises."""
        if self._waiting is None:
            with self._work.begin(SERVICE) as unit:
                self._waiting = {message.tx_hash: message for message in in_nonce_order(repo_outbox.signed(unit.session))}
        now = self._ticks()
        due = [message for message in self._waiting.values() if now - self._sent.get(message.tx_hash, -_RESEND_AFTER) >= _RESEND_AFTER]
        due = due[:limit]
        if not due:
            return 0
        try:
            self._gateway.broadcast([message.raw for message in due], int(self._work.clock.now().timestamp()))
        except NonceSpent:
            if not self._replace(list(self._waiting.values())):
                # Said by the node, not proven yet: it may be so on a branch that will not stay.
                self._sent |= {message.tx_hash: now for message in due}
            self._waiting = None
            return 0
        self._sent |= {message.tx_hash: now for message in due}
        crash.point(crash.Point.SUBMIT_SENT)
        return len(due)

    def mined(self, transactions: Iterable[bytes]) -> None:
        """These transactions have a receipt that is indexed."""
        for tx_hash in transactions:
            self._sent.pop(tx_hash, None)
            if self._waiting is not None:
                self._waiting.pop(tx_hash, None)

    def look_again(self) -> None:
        """Forgets what was sent and compared: after a rewind or an error, everything without a receipt is read and sent again."""
        self._waiting = None
        self._sent = {}
        self._met = set()

    def _meet(self, signers: Iterable[str]) -> None:
        """A counter that has fallen behind the chain's, as in a restored backup, is raised to it; never on the node's word alone.

        A counter above the chain's would leave a gap that nothing fills: every later transaction would wait for ever.
        """
        met = sorted(signers)
        with self._work.begin(SERVICE) as unit:
            known = repo_outbox.next_nonces(unit.session, met)
        counted = {signer: self._gateway.nonce(signer) for signer in met}
        self._raise({signer for signer in met if counted[signer] > known.get(signer, 0)})
        self._met |= set(met)

    def _raise(self, signers: Collection[str]) -> dict[str, int]:
        """Raises counters to what the last final block that is indexed proves; gives that."""
        proven: dict[str, int] = {}
        with self._work.begin(SERVICE) as unit:
            indexed = repo.checkpoint(unit.session)
        if not signers or indexed is None:
            return proven
        final = max(indexed[0] - self._gateway.finality, 0)
        proven = {signer: counts.sent(self._gateway, signer, final) for signer in sorted(signers)}
        with self._work.begin(SERVICE) as unit:
            for signer, count in proven.items():
                repo_outbox.raise_nonce(unit.session, signer, count)
        return proven

    def _sign(self, unit: Unit, messages: Sequence[OutboxMessage]) -> list[Signed]:
        ready: list[tuple[OutboxMessage, bytes, signing.TransactionFields]] = []
        rejected: list[Rejected] = []
        for message in messages:
            secret = self._secrets.of(unit, message.signer)
            if secret is None:
                rejected.append(_rejected(message, "NoSecret", signer=message.signer))
                continue
            try:
                ready.append((message, secret, _call(message, self._work)))
            except BadCall as error:
                rejected.append(_rejected(message, "BadCall", why=str(error)))
        needed = Counter(message.signer for message, _, _ in ready)
        nonces = repo_outbox.take_nonces(unit.session, needed) if ready else {}
        signed = []
        for message, secret, call in ready:
            transaction = signing.sign_transaction(secret, replace(call, nonce=nonces[message.signer]))
            signed.append(Signed(message.id, message.signer, nonces[message.signer], transaction.hash, transaction.raw))
            nonces[message.signer] += 1
        unit.session.expunge_all()
        repo_outbox.store_signed(unit.session, signed, unit.now)
        if rejected:
            repo_outbox.store_rejected(unit.session, rejected, unit.now)
            repo.announce(unit.session, repo.INDEXED, repo.payload(0, [message.id for message in rejected]))
        return signed

    def _replace(self, waiting: Sequence[Signed]) -> bool:
        """Some nonce was used by a transaction that is not ours: those messages get new nonces. Whether there were any.

        A final block that is indexed must prove that the nonce is spent. Had the message's own transaction spent it, that block or one
        below would have brought its result, and it would no longer be `signed`.
        """
        spent = self._raise({message.signer for message in waiting})
        stale = [message.id for message in waiting if message.nonce < spent.get(message.signer, 0)]
        with self._work.begin(SERVICE) as unit:
            return repo_outbox.requeue(unit.session, stale, unit.now) > 0


def in_nonce_order(messages: Sequence[Signed]) -> list[Signed]:
    """Messages in their order, but each signer's by nonce: a message may be committed, and get its nonce, before an older one is."""
    by_signer: dict[str, list[Signed]] = {}
    for message in messages:
        by_signer.setdefault(message.signer, []).append(message)
    following = {signer: iter(sorted(own, key=lambda message: message.nonce)) for signer, own in by_signer.items()}
    return [next(following[message.signer]) for message in messages]


def _call(message: OutboxMessage, work: Work) -> signing.TransactionFields:
    """The transaction of a message, without its nonce. BadCall when the contract has no such call or no block could hold it."""
    gas = calldata.gas_for(message.function, message.args)
    data = calldata.encode_wire(message.function, message.args)
    if gas > MAX_GAS or len(data) > MAX_DATA:
        raise BadCall(message.function, "too large for one transaction; split it")
    return signing.TransactionFields(work.network.chain_id, 0, work.network.contract, data, gas)


def _rejected(message: OutboxMessage, error: str, **detail: str) -> Rejected:
    return Rejected(message.id, error, orjson.dumps(detail).decode())
