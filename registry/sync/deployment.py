"""Brings the contracts onto the chain, once per installation, by the registrar's key. Safe to repeat after a crash at any step.

The plan, the nonces and the signatures are the same every time, so what is sent again is byte-identical and skipped by the gateway.
"""

import time
from collections.abc import Sequence
from typing import Any

from chain import deploy, signing
from chain.gateway import ChainGateway
from registry.identity import keys
from registry.kernel import crash
from registry.kernel.errors import DomainError, Invalid, Kind, NotFound
from registry.kernel.uow import SERVICE, Work
from registry.sync import repo, repo_outbox

_POLL = 0.2
# Seconds after which what has no receipt is sent again.
_RESEND_AFTER = 5.0


class DeploymentFailed(DomainError):
    """The contracts did not come onto the chain as planned, or what stands at their addresses is something else."""

    code = "deployment_failed"
    kind = Kind.UNAVAILABLE


def ensure_deployed(work: Work, gateway: ChainGateway, *, seconds: float = 60.0) -> str:
    """The contract's address, after deploying where that has not been done. Waits up to `seconds` for a network to mine.

    `work.network.contract` may be empty here; entity 1 must have its key. DeploymentFailed, or what the gateway raises.
    """
    with work.begin(SERVICE) as unit:
        known = repo_outbox.manifest(unit.session)
        _, deployer = keys.signer_for(unit, keys.REGISTRAR)
        secret = keys.secret_of(unit, deployer)
    if known is not None:
        return str(known["contract"])
    plan = deploy.plan(deployer, chain_id=work.network.chain_id)
    manifest = _bring(work, gateway, plan, secret=secret, seconds=seconds)
    with work.begin(SERVICE) as unit:
        repo_outbox.raise_nonce(unit.session, deployer, plan.first_nonce + len(plan.steps))
        repo_outbox.set_manifest(unit.session, plan.contract, manifest)
    crash.point(crash.Point.DEPLOY_RECORDED)
    return plan.contract


def recorded(work: Work) -> dict[str, Any]:
    """The manifest of this installation's deployment. NotFound before there is one."""
    with work.begin(SERVICE) as unit:
        known = repo_outbox.manifest(unit.session)
    if known is None:
        raise NotFound("nothing is deployed here yet; `tallystick up` does that")
    return known


def check_genesis(work: Work, gateway: ChainGateway) -> None:
    """Invalid when the database was indexed from another chain than this one."""
    with work.begin(SERVICE) as unit:
        known = repo.applied(unit.session, 0)
    if known is not None and known.hash != gateway.block(0).hash:
        raise Invalid(
            "this database belongs to another chain: its genesis block is another. An embedded installation moves to a network by"
            " `tallystick chain export-genesis` and `tallystick chain move`",
            database="0x" + known.hash.hex(),
        )


def _bring(work: Work, gateway: ChainGateway, plan: deploy.Deployment, *, secret: bytes, seconds: float) -> dict[str, Any]:
    signed = [
        signing.sign_transaction(secret, signing.TransactionFields(plan.chain_id, plan.first_nonce + place, step.to, step.data, step.gas))
        for place, step in enumerate(plan.steps)
    ]
    end = time.monotonic() + seconds
    resend = 0.0
    while (step := _unfinished(gateway, plan, signed)) is not None:
        if time.monotonic() > end:
            raise DeploymentFailed(f"{step.name} was not final within {seconds:.0f} seconds; start again to go on", step=step.name)
        if time.monotonic() >= resend:
            resend = time.monotonic() + _RESEND_AFTER
            gateway.broadcast([transaction.raw for transaction in signed], int(work.clock.now().timestamp()))
            continue
        time.sleep(_POLL)
    crash.point(crash.Point.DEPLOY_SENT)
    manifest = deploy.manifest(plan)
    wrong = deploy.verify_code(gateway, manifest)
    if wrong:
        raise DeploymentFailed("; ".join(wrong), differences=wrong)
    return manifest


def _unfinished(gateway: ChainGateway, plan: deploy.Deployment, signed: Sequence[signing.Signed]) -> deploy.Step | None:
    """The first step whose block is not there or not final yet. DeploymentFailed when the chain has refused one."""
    final = gateway.head().number - gateway.finality
    for step, transaction in zip(plan.steps, signed, strict=True):
        found = gateway.receipt(transaction.hash)
        if found is None or found[0].number > final:
            return step
        if not found[1].status:
            raise DeploymentFailed(f"{step.name} was refused by the chain; was this key used elsewhere?", step=step.name)
    return None
