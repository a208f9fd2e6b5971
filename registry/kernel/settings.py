"""Settings of the service, from the environment (prefix TALLYSTICK_). README lists each; a test holds the list."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Typed settings, built once by the composition root and passed down."""

    model_config = SettingsConfigDict(env_prefix="TALLYSTICK_", extra="ignore")

    # Folder of the embedded database and node, keys and logs.
    data_dir: Path = Path("tallystick-data")
    # External PostgreSQL for the service's role; empty: the embedded one in the data folder.
    database_url: SecretStr = SecretStr("")
    # Owner role for migrations on an external PostgreSQL.
    migration_url: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = 8000
    # File with the 32-byte master key (hex); made on first start when it does not exist. Default: DATA/master.key
    master_key_file: Path | None = None
    # Native Anvil binary; empty: looked up on PATH.
    anvil: str = ""
    # Off until set, except on loopback: the key that /rpc asks for (header X-Rpc-Key or /rpc/KEY).
    rpc_key: SecretStr = SecretStr("")
    # Seconds a write waits for its block before it answers 202.
    wait_seconds: float = 10.0
    # Largest request body, bytes.
    max_body: int = 20_000_000

    @property
    def key_file(self) -> Path:
        """Where the master key is."""
        return self.master_key_file or self.data_dir / "master.key"
