"""Whether the contracts on a chain are those that were built, and built from the sources at hand."""

from pathlib import Path

from pydantic import ValidationError

from api.schemas.deployment import ContractOut, DeploymentOut, ManifestIn
from chain import deploy, sources
from chain.abi import DEPLOYED
from chain.gateway import ChainGateway
from registry.kernel.errors import Conflict, Invalid

AS_BUILT, DIFFERENT, NOT_AT_HAND = "as built", "different", "not at hand"


def manifest(content: bytes) -> ManifestIn:
    """A manifest from a file. Invalid when it is none."""
    try:
        found = ManifestIn.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Invalid(f"this is not the manifest of a deployment: {place} {first['msg']}", field=place) from error
    if set(found.addresses) != set(DEPLOYED):
        raise Invalid(f"a manifest names {', '.join(DEPLOYED)}, each with its address", field="addresses")
    return found


def verified(gateway: ChainGateway, wanted: ManifestIn, *, contracts: Path | None, libraries: Path | None) -> DeploymentOut:
    """Compares code, immutables and authority with the artefacts, and the artefacts with the sources in `contracts`, where both folders are
    given. Conflict when the node is of another chain, Invalid when the sources can't be read."""
    if gateway.chain_id != wanted.chain_id:
        raise Conflict(f"the node is of chain {gateway.chain_id}, the manifest of chain {wanted.chain_id}", chain_id=gateway.chain_id)
    plain = wanted.model_dump()
    plain["addresses"] = {name: address.lower() for name, address in wanted.addresses.items()}
    wrong = deploy.verify_code(gateway, plain)
    if wanted.contract.lower() != plain["addresses"]["Tallystick"]:
        wrong.append(f"Tallystick: the manifest's contract is {wanted.contract}, not {plain['addresses']['Tallystick']}")
    named = {sentence.split(":")[0] for sentence in wrong}
    other = None if contracts is None or libraries is None else _sources(contracts, libraries)
    return DeploymentOut(
        chain_id=wanted.chain_id,
        contract=wanted.contract,
        on_chain=DIFFERENT if wrong else AS_BUILT,
        sources=NOT_AT_HAND if other is None else DIFFERENT if other else AS_BUILT,
        contracts=[
            ContractOut(name=name, address=address, bytes=len(gateway.code(address)), as_built=name not in named)
            for name, address in ((name, plain["addresses"][name]) for name in DEPLOYED)
        ],
        differences=[*wrong, *(other or ())],
    )


def _sources(contracts: Path, libraries: Path) -> list[str]:
    try:
        return sources.differences(contracts, libraries)
    except OSError as error:
        raise Invalid(f"the sources can't be read: {error}", sources=str(contracts)) from error
