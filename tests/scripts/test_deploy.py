"""The manifests in scripts/deploy fit what the service and the contracts need. Nothing is started here; their README says so."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from registry.kernel.settings import Settings

DEPLOY = Path(__file__).parents[2] / "scripts" / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
VALIDATORS = [name for name in COMPOSE["services"] if name.startswith("besu")]


def variables() -> dict[str, str]:
    """The service's environment, with what its env file adds."""
    lines = (DEPLOY / "service.env.example").read_text().splitlines()
    added = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {**COMPOSE["services"]["service"]["environment"], **added}


def test_the_service_is_given_settings_that_it_has() -> None:
    found = {name.removeprefix("TALLYSTICK_").lower(): value for name, value in variables().items()}
    assert found.keys() <= Settings.model_fields.keys()
    settings = Settings.model_validate(found)
    assert settings.chain_scheme == "qbft"
    assert [url.removeprefix("http://").split(":")[0] for url in settings.chain_nodes] == VALIDATORS


def test_every_name_that_is_used_is_defined() -> None:
    for name, service in COMPOSE["services"].items():
        assert set(service["networks"]) <= COMPOSE["networks"].keys(), name
        assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys(), name
        assert set(service.get("depends_on", {})) <= COMPOSE["services"].keys(), name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"], name
        assert re.search(r":\d+[\d.]*$", service["image"]) if "image" in service else service["build"], name


def test_four_validators_survive_one_and_take_calls_that_pay_nothing() -> None:
    assert len(VALIDATORS) == 4
    addresses = {COMPOSE["services"][name]["networks"]["validators"]["ipv4_address"] for name in VALIDATORS}
    keys = {volume for name in VALIDATORS for volume in COMPOSE["services"][name]["volumes"] if volume.startswith("./keys")}
    assert (len(addresses), len(keys)) == (4, 4)
    for name in VALIDATORS:
        command = COMPOSE["services"][name]["command"]
        assert {"--min-gas-price=0", "--data-storage-format=FOREST", "--discovery-enabled=false"} <= set(command)


def test_genesis_has_the_rules_that_the_contracts_are_built_for() -> None:
    made = json.loads((DEPLOY / "qbft.json").read_text())
    config = made["genesis"]["config"]
    assert config["berlinBlock"] == 0
    assert not config.keys() & {"londonBlock", "shanghaiTime", "cancunTime"}
    assert int(made["genesis"]["gasLimit"], 16) >= 100_000_000
    assert made["blockchain"]["nodes"]["count"] == len(VALIDATORS)


def test_only_the_service_is_open_and_only_to_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"service": ["127.0.0.1:8000:8000"]}
    assert all(COMPOSE["networks"][name]["internal"] for name in ("validators", "rpc", "database"))


def test_the_image_has_the_packages_that_are_locked() -> None:
    lines = (DEPLOY / "Dockerfile").read_text()
    assert "--require-hashes" in lines
    assert "USER tallystick" in lines
