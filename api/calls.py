"""One call: who acts, what it is named in the table of permissions, and how a decision becomes an answer.

A write is one transaction that claims its Idempotency-Key, decides, and enqueues contract calls; then it waits for their block and
renders the result. The first answer is kept, sealed, and given again to a repeat. A crash in between leaves the 202 answer, which
names the contract calls to ask for. The CLI writes through the same function, without a key.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, Field

from api import errors, inflight
from api.bootstrap import Platform
from registry.identity import acts, permissions
from registry.kernel import idempotency
from registry.kernel.errors import ChainRefused, DomainError, NotFound
from registry.kernel.refusals import chain_refused
from registry.kernel.uow import Actor, Unit
from registry.sync import alarms

Result = TypeVar("Result")
Subject: TypeAlias = str | Callable[[Result], str]


class Accepted(BaseModel):
    """A write that is decided: pending while it is on its way to the chain (ask for its transactions under /v1/transactions), confirmed
    when it is done and the caller no longer sees what it was about."""

    status: str = Field("pending", examples=["pending"])
    subject: str = Field(examples=["payable:0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"])
    transactions: list[int] = Field(examples=[[41]])


@dataclass(frozen=True)
class Answer:
    """Status and JSON bytes of a call; `replayed` when an earlier answer is given again."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass(frozen=True)
class Idempotency:
    """The caller's key of a write and the hash of what it asked for."""

    key: str
    request_hash: bytes


@dataclass(frozen=True)
class Call:
    """One authenticated call of one act. `wait` is how many seconds a write may wait for its block."""

    platform: Platform
    actor: Actor
    act: str
    request_id: str
    wait: float
    idempotency: Idempotency | None = None

    def permit(self, *, record: bool) -> None:
        """Forbidden unless the table of permissions lets the actor do this act; `record` keeps the refusal, as of every write."""
        try:
            permissions.require(self.actor, self.act)
        except DomainError as error:
            if record:
                self._record_refusal(self.act.partition(".")[0], error)
            raise

    def ask(self, question: Callable[[Unit], Result]) -> Result:
        """Answers a question in one transaction, as the actor."""
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            return question(unit)

    def read(self, question: Callable[[Unit], BaseModel]) -> Answer:
        """A question whose answer goes out as JSON."""
        return Answer(200, to_bytes(self.ask(question)))

    def write(
        self, decide: Callable[[Unit], Result], render: Callable[[Unit, Result], BaseModel], *, subject: Subject[Result], status: int = 201
    ) -> Answer:
        """Decides once per Idempotency-Key, records the act, waits for the block and renders the result.

        `subject` is what the act is about ("lot:0x.."), told by the result where the act makes it. Raises the domain's error, or the
        contract's refusal as one.
        """
        if self.idempotency is None:
            return self._write(decide, render, subject=subject, status=status)
        with inflight.turn((self.actor.entity_id, self.idempotency.key), self.wait):
            return self._write(decide, render, subject=subject, status=status)

    def _write(
        self, decide: Callable[[Unit], Result], render: Callable[[Unit, Result], BaseModel], *, subject: Subject[Result], status: int
    ) -> Answer:
        decided = self._decide(decide, render, subject=subject, status=status)
        if isinstance(decided, Answer):
            return self._replay(decided)
        pending, result = decided
        if pending.transactions and self.wait <= 0:
            return Answer(202, to_bytes(pending))
        return self._settle(pending, lambda unit: render(unit, result), status)

    def _decide(
        self, decide: Callable[[Unit], Result], render: Callable[[Unit, Result], BaseModel], *, subject: Subject[Result], status: int
    ) -> Answer | tuple[Accepted, Result]:
        """The decision with its contract calls in one transaction; or the answer: that this key has already, or that waits for no block."""
        try:
            with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
                known = self._claim(unit)
                if known is not None:
                    return known
                result = decide(unit)
                about = subject if isinstance(subject, str) else subject(result)
                pending = Accepted(status="pending", subject=about, transactions=list(unit.messages))
                alarms.refuse_calls_while_halted(unit)
                # Without a call it is whole with the decision: no crash can come between, so a secret that is shown once is never lost.
                whole = None if unit.messages else _rendered(unit, lambda unit: render(unit, result), pending, status=status)
                self._keep(unit, whole or Answer(202, to_bytes(pending)))
                # Last: until the transaction ends nobody else writes an act.
                acts.record(unit, act=self.act, subject=about, outcome="accepted")
                return whole or (pending, result)
        except DomainError as error:
            self._record_refusal(subject if isinstance(subject, str) else self.act.partition(".")[0], error)
            raise

    def _replay(self, known: Answer) -> Answer:
        """The first answer again. One that a crash left pending is completed with what has become of its calls since."""
        if known.status != 202:
            return known
        pending = Accepted.model_validate_json(known.body)
        return replace(self._settle(pending, lambda _unit: pending.model_copy(update={"status": "confirmed"}), 200), replayed=True)

    def _claim(self, unit: Unit) -> Answer | None:
        if self.idempotency is None:
            return None
        known = idempotency.begin(unit, self.idempotency.key, self.idempotency.request_hash)
        return None if known is None else Answer(known.status, known.body, replayed=True)

    def _keep(self, unit: Unit, answer: Answer) -> Answer:
        if self.idempotency is not None:
            idempotency.finish(unit, self.idempotency.key, status=answer.status, body=answer.body)
        return answer

    def _settle(self, pending: Accepted, render: Callable[[Unit], BaseModel], status: int) -> Answer:
        wanted = set(pending.transactions)
        outcome = self.platform.runtime.wait_for(pending.transactions, self.wait) if wanted else {}
        failed = next((message for message in outcome.values() if message.state in {"reverted", "rejected"}), None)
        if failed is not None:
            raise self._refused(chain_refused(failed), pending.subject)
        if len([message for message in outcome.values() if message.state == "confirmed"]) < len(wanted):
            return Answer(202, to_bytes(pending))
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            return self._keep(unit, _rendered(unit, render, pending, status=status))

    def _refused(self, error: ChainRefused, subject: str) -> ChainRefused:
        found = errors.problem_of(error)
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            self._keep(unit, Answer(found.status, to_bytes(found)))
            acts.record(unit, act=self.act, subject=subject, outcome=error.code)
        return error

    def _record_refusal(self, subject: str, error: DomainError) -> None:
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            acts.record(unit, act=self.act, subject=subject, outcome=error.code)


def _rendered(unit: Unit, render: Callable[[Unit], BaseModel], pending: Accepted, *, status: int) -> Answer:
    """The answer to what is done. Who lets go of something may see it no more; it gets the bare confirmation."""
    try:
        return Answer(status, to_bytes(render(unit)))
    except NotFound:
        return Answer(200, to_bytes(pending.model_copy(update={"status": "confirmed"})))


def to_bytes(model: BaseModel) -> bytes:
    """The JSON of an answer."""
    return model.model_dump_json().encode()
