"""What a handover to a network says."""

from pydantic import BaseModel, Field


class MovedOut(BaseModel):
    """The last block of the embedded chain, and what the network's genesis block holds of it."""

    chain_id: int
    contract: str
    block: int = Field(description="number of the last embedded block; the network's genesis block is the next one of the story")
    block_hash: str = Field(description="parent of the network's genesis block")
    state_root: str = Field(description="of the last embedded block")
    genesis_root: str = Field(description="of the network's genesis block: the same state without words and accounts that hold nothing")
    handover: str = Field(description="hash of handover.json, with which the genesis block's extra data begin")
