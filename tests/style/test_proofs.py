"""The proofs of authority ask for every function that may write, but for those that the page on proofs names."""

import re

from chain.abi import INTERFACE, load
from chain.deploy import RESTRICTED
from tests.style.sources import ROOT, source

PROOFS = ROOT / "contracts" / "test" / "symbolic"


def writers() -> set[str]:
    """Functions of the whole interface that may write."""
    return {raw["name"] for raw in load(INTERFACE).entries("function") if raw["stateMutability"] not in {"view", "pure"}}


def checks() -> dict[str, str]:
    """Text of each check of authority by its name; all of them draw any call of the interface."""
    found = re.findall(r"function check_(\w+)\(.*?\n    }\n", source(PROOFS / "Authority.t.sol"), re.DOTALL)
    bodies = re.findall(r"function check_\w+\(.*?\n    }\n", source(PROOFS / "Authority.t.sol"), re.DOTALL)
    return dict(zip(found, bodies, strict=True))


def left_out(body: str) -> set[str]:
    """Functions that a check leaves out."""
    return set(re.findall(r"selector != I\w+\.(\w+)\.selector", body))


def test_every_check_draws_any_call_of_the_interface() -> None:
    assert len(checks()) == 3
    assert [name for name, body in checks().items() if "_anyCall()" not in body] == []
    assert 'svm.createCalldata("ITallystick", false)' in source(PROOFS / "Authority.t.sol")


def test_what_the_checks_leave_out_may_write_and_is_named_on_the_page() -> None:
    page = source(ROOT / "contracts" / "PROOFS.md")
    for body in checks().values():
        assert left_out(body) <= writers()
        assert [name for name in left_out(body) if f"`{name}`" not in page] == []


def test_no_check_of_strangers_or_of_the_registrar_leaves_out_more_than_a_statement_of_fact() -> None:
    assert left_out(checks()["AnAddressThatIsNoKeyDoesNothing"]) == {"markOverdue"}
    assert left_out(checks()["OnlyTheRegistrarDoesWhatIsRestricted"]) == set()


def test_the_proofs_restrict_what_a_deployment_restricts() -> None:
    named = re.findall(r"selectors\[\d+\] = I\w+\.(\w+)\.selector", source(PROOFS / "Symbolic.sol"))
    assert sorted(named) == sorted(RESTRICTED)
    assert set(named) <= writers()
