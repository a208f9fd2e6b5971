"""The manifest of a deployment, and what is found of it on a chain and in the sources."""

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.values import Address
from chain.abi import DEPLOYED


class ManifestIn(BaseModel):
    """What an installation keeps of its deployment, as `tallystick chain manifest` prints it."""

    model_config = ConfigDict(extra="forbid")

    chain_id: int = Field(gt=0)
    contract: Address
    deployer: Address
    registrar: Address
    addresses: dict[str, Address] = Field(description="by contract name", min_length=len(DEPLOYED), max_length=len(DEPLOYED))
    source_hash: str


class ContractOut(BaseModel):
    """One contract of a deployment."""

    name: str
    address: Address
    bytes: int = Field(description="size of its code")
    as_built: bool


class DeploymentOut(BaseModel):
    """Whether a deployment is what these files describe."""

    chain_id: int
    contract: Address
    on_chain: str = Field(description="as built, or different")
    sources: str = Field(description="as built, different, or not at hand")
    contracts: list[ContractOut]
    differences: list[str] = Field(description="what differs, one sentence each")
