"""One API call: who calls, under which Idempotency-Key, and how a write becomes an answer.

A write is one transaction that claims its key, decides, and enqueues contract calls; then it waits for their block and renders the
result. The first answer is kept, sealed, and given again to a repeat. A crash in between leaves the 202 answer, which names the
contract calls to ask for.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api import errors
from api.bootstrap import Platform
from registry.identity import acts, credentials, permissions
from registry.kernel import idempotency
from registry.kernel.errors import ChainRefused, DomainError, Invalid, Unauthenticated
from registry.kernel.uow import SERVICE, Actor, Unit

bearer = HTTPBearer(auto_error=False, description="API key of an entity: `tsk_...`")
MAX_WAIT_SECONDS = 60.0


class Accepted(BaseModel):
    """A write that is decided and on its way to the chain; ask for its transactions."""

    status: str = "pending"
    subject: str
    transactions: list[int]


@dataclass(frozen=True)
class Call:
    """One authenticated request."""

    platform: Platform
    actor: Actor
    request_id: str
    key: str
    request_hash: bytes
    wait: float

    def read[T](self, act: str, question: Callable[[Unit], T]) -> T:
        """Runs a read as the caller."""
        permissions.require(self.actor, act)
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            return question(unit)

    def write[T](
        self, act: str, decide: Callable[[Unit], T], render: Callable[[Unit, T], BaseModel], *, subject: str, status: int = 201
    ) -> Response:
        """Runs a write as the caller: once per Idempotency-Key, recorded as an act, answered when its block is indexed."""
        try:
            permissions.require(self.actor, act)
            with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
                known = idempotency.begin(unit, self.key, self.request_hash)
                if known is not None:
                    return replay(known.status, known.body)
                result = decide(unit)
                messages = list(unit.messages)
                acts.record(unit, act=act, subject=subject, outcome="accepted")
                pending = Accepted(subject=subject, transactions=messages)
                idempotency.finish(unit, self.key, status=202, body=_bytes(pending))
        except DomainError as error:
            self._record_refusal(act, subject, error)
            raise
        return self._settle(pending, lambda unit: render(unit, result), status)

    def _settle(self, pending: Accepted, render: Callable[[Unit], BaseModel], status: int) -> Response:
        outcome = self.platform.runtime.wait_for(pending.transactions, self.wait) if pending.transactions else {}
        failed = next((message for message in outcome.values() if message.state in {"reverted", "rejected"}), None)
        if failed is not None:
            return self._keep(errors.problem_of(chain_refused(failed)), 0)
        if any(message.state != "confirmed" for message in outcome.values()) or len(outcome) < len(set(pending.transactions)):
            return reply(202, _bytes(pending))
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            body = _bytes(render(unit))
            idempotency.finish(unit, self.key, status=status, body=body)
        return reply(status, body)

    def _keep(self, found: errors.Problem, _unused: int) -> Response:
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            idempotency.finish(unit, self.key, status=found.status, body=_bytes(found))
        return errors.answer(found)

    def _record_refusal(self, act: str, subject: str, error: DomainError) -> None:
        with self.platform.work.begin(self.actor, request_id=self.request_id) as unit:
            acts.record(unit, act=act, subject=subject, outcome=error.code)
