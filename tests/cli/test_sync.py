"""How things stood, on the command line; and the chain replayed beside the running service."""

from tests.cli.conftest import Shell


def test_positions_and_balances_as_of_a_block(shell: Shell) -> None:
    payable = shell.world.accepted("40.00")
    digest = shell.json("sync", "digest", who="auditor")
    block = str(digest["block"]["number"])
    shell.world["supplier"].made(f"/v1/lots/{payable['root_lot']}/discharge", {"reason": "goodwill"})
    then = shell.json("positions", "--block", block, "--limit", "200", who="supplier")
    now = shell.json("positions", "--limit", "200", who="supplier")
    assert [row["payable"] for row in then["items"]].count(payable["id"]) == 1
    assert payable["id"] not in {row["payable"] for row in now["items"]}
    assert shell.json("balance", "--block", block, who="supplier") != shell.json("balance", who="supplier")
    assert shell.json("sync", "digest", "--block", block, who="supplier") == digest
    today = f"{shell.world.clock.now():%Y-%m-%d}"
    assert shell.json("sync", "digest", "--day", today, who="supplier") == shell.json("sync", "digest", who="supplier")


def test_the_chain_is_replayed_beside_the_service(shell: Shell) -> None:
    shell.world.accepted("41.00")
    found = shell.json("sync", "replay")
    assert found["equal"]
    assert found["first_difference"] is None
    assert found["digest"] == shell.json("sync", "digest", who="auditor")["digest"]
    assert found["blocks"] == shell.json("sync", "digest", who="auditor")["block"]["number"] + 1
    assert found["index_seconds"] > 0
