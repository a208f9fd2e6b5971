"""Brings the contracts onto the chain, once per installation, by the registrar's key. Safe to repeat after a crash at any step.

The plan, the nonces and the signatures are the same every time, so what is sent again is byte-identical and skipped by the gateway.
"""

import time
from typing import Any

from chain import deploy, signing
from chain.gateway import ChainGateway
from registry.identity import keys
from registry.kernel import crash
from registry.kernel.errors import DomainError, Kind
from registry.kernel.uow import SERVICE, Work
from registry.sync import repo_outbox

_POLL = 0.2


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


def _bring(work: Work, gateway: ChainGateway, plan: deploy.Deployment, *, secret: bytes, seconds: float) -> dict[str, Any]:
    signed = [
        signing.sign_transaction(secret, signing.TransactionFields(plan.chain_id, plan.first_nonce + place, step.to, step.data, step.gas))
        for place, step in enumerate(plan.steps)
    ]
    gateway.broadcast([transaction.raw for transaction in signed], int(work.clock.now().timestamp()))
    end = time.monotonic() + seconds
    for step, transaction in zip(plan.steps, signed, strict=True):
        while (found := gateway.receipt(transaction.hash)) is None:
            if time.monotonic() > end:
                raise DeploymentFailed(f"{step.name} was not mined within {seconds:.0f} seconds; start again to go on", step=step.name)
            time.sleep(_POLL)
        if not found[1].status:
            raise DeploymentFailed(f"{step.name} was refused by the chain; was this key used elsewhere?", step=step.name)
    crash.point(crash.Point.DEPLOY_SENT)
    manifest = deploy.manifest(plan)
    wrong = deploy.verify_code(gateway, manifest)
    if wrong:
        raise DeploymentFailed("; ".join(wrong), differences=wrong)
    return manifest
