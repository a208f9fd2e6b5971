"""Settings of the service, from the environment (prefix TALLYSTICK_). README lists each; a test holds the list."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Typed settings, built once by the composition root and passed down."""

    model_config = SettingsConfigDict(env_prefix="TALLYSTICK_", extra="ignore", use_attribute_docstrings=True)

    data_dir: Path = Path("tallystick-data")
    """Folder of the embedded database and node, keys and logs."""
    database_url: SecretStr = SecretStr("")
    """External PostgreSQL for the service's role; empty: the embedded one in the data folder."""
    migration_url: SecretStr = SecretStr("")
    """Owner role for migrations on an external PostgreSQL."""
    host: str = "127.0.0.1"
    """Address the service listens on."""
    port: int = 8000
    """Port the service listens on."""
    master_key_file: Path | None = None
    """File with the 32-byte master key (hex); made on first start when it does not exist. Empty: `master.key` in the data folder."""
    anvil: str = ""
    """Native Anvil binary; empty: looked up on PATH."""
    chain_rpc: str = ""
    """JSON-RPC addresses of a network's nodes, separated by commas, in the order of preference; empty: the embedded engine."""
    chain_witnesses: str = ""
    """Further nodes of that network, separated by commas, never sent to. Any of both that has another final block halts the sync."""
    chain_scheme: Literal["qbft", "clique"] = "qbft"
    """How that network seals its blocks."""
    chain_epoch: int = Field(30_000, ge=1)
    """Blocks between two checkpoints of a Clique network, as its genesis says."""
    chain_genesis: str = Field("", pattern="^(0x[0-9a-f]{64})?$")
    """Hash of the network's genesis block, to refuse any other; empty: that of the first start stays."""
    rpc_key: SecretStr = SecretStr("")
    """The key that `/rpc` asks for (header X-Rpc-Key or `/rpc/KEY`). Empty: `/rpc` is open on loopback and off elsewhere."""
    wait_seconds: float = 10.0
    """Seconds a write waits for its block before it answers 202."""
    anchor_hours: int = Field(default=24, ge=0)
    """Hours between anchors of the audit log and the ledger on the chain, when they have grown; 0: only on demand."""
    reads_per_minute: int = Field(default=30_000, ge=0)
    """Requests to read of one entity within a minute; beyond it the answer is 429 with Retry-After. 0: no limit."""
    writes_per_minute: int = Field(default=12_000, ge=0)
    """Requests to write of one entity within a minute. 0: no limit."""
    failures_per_minute: int = Field(default=30, ge=0)
    """Requests without a valid key, and failed sign-ins, of one address within a minute. 0: no limit."""
    max_in_flight: int = Field(default=2_000, ge=1)
    """Requests that are worked on or wait at the same time; beyond it the answer is 503 with Retry-After."""
    body_seconds: float = 60.0
    """Seconds a request's body may take to arrive."""
    check_seconds: float = 60.0
    """Seconds between the quick checks that the running service does by itself; 0: it does none."""
    full_check_seconds: float = 3600.0
    """Seconds between its full checks, which walk the whole chain; 0: none."""
    metrics_key: SecretStr = SecretStr("")
    """The key that `/metrics` asks for (Authorization: Bearer). Empty: `/metrics` is open on loopback and off elsewhere."""
    max_body: int = 20_000_000
    """Largest request body, bytes."""

    @property
    def chain_nodes(self) -> list[str]:
        """The nodes of `chain_rpc`."""
        return [url.strip() for url in self.chain_rpc.split(",") if url.strip()]

    @property
    def other_nodes(self) -> list[str]:
        """The nodes of `chain_witnesses`."""
        return [url.strip() for url in self.chain_witnesses.split(",") if url.strip()]

    @property
    def key_file(self) -> Path:
        """Where the master key is."""
        return self.master_key_file or self.data_dir / "master.key"
