"""SIGKILL in the middle of a confirmation; the service starts again and the same request is repeated."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from scripts.story.cast import Stage
from scripts.story.client import Refused
from scripts.story.process import Service


def confirm_through_a_kill(stage: Stage, body: dict[str, Any], *, step: str) -> list[Any]:
    """Confirms a payable per invoice, kills the service while they are on their way, and repeats the request after the restart."""
    before = {payable["id"] for payable in stage["council"].every("/payables")}
    invoices: list[int] = body["invoices"]
    with ThreadPoolExecutor(1) as pool:
        request = pool.submit(_interrupted, stage, step, body)
        pending = 0
        while not pending and not request.done():
            pending = stage.service.waiting()
        stage.service.kill()
        request.result()
    stage.tell(f"killed with SIGKILL while {pending} contract calls were on their way; starting again")
    stage.reconnect(Service(stage.folder, stage.service.port, now=stage.service.now))
    stage["council"].post(step, "/payables/batch", body)
    after = [payable for payable in stage["council"].every("/payables") if payable["id"] not in before]
    backed = [invoice for invoice in stage["council"].every("/invoices") if invoice["id"] in set(invoices)]
    lost = sum(invoice["occupied"] != invoice["total"] for invoice in backed) + len(invoices) - len(backed)
    stage.facts["crash"] = {
        "killed_at": f"confirmation of {len(invoices)} payables, {pending} contract calls on their way",
        "lost": lost,
        "doubled": max(0, len(after) - len(invoices)),
    }
    return after


def _interrupted(stage: Stage, step: str, body: Any) -> None:
    """The request that is cut off: its connection breaks, or it was answered just before."""
    try:
        stage["council"].post(step, "/payables/batch", body)
    except (httpx.TransportError, Refused):
        return
