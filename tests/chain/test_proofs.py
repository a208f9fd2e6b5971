"""What a real node proves of the contract's words is what it says they are."""

from chain import ids, proofs, slots
from chain.headers import header_hash, hexdata
from chain.words import LotWord, PayableWord
from tests.chain.world import World


def test_words_of_the_contract_under_the_header(world: World) -> None:
    payable = world.issue(1_000_00, salt=71)
    root = ids.root(payable)
    world.act("supplier", "split", root, [0, 5], [300_00, 200_00])
    part = ids.child(root, 5)
    wanted = [slots.payable(payable), slots.lot(root), slots.lot(part), slots.lot(ids.child(root, 6))]
    number = world.gateway.head().number
    header = world.gateway.raw_rpc("eth_getBlockByNumber", [hex(number), False])
    assert header_hash(header) == world.gateway.block(number).hash
    answer = world.gateway.raw_rpc("eth_getProof", [world.contract, [f"0x{slot:064x}" for slot in wanted], hex(number)])

    account = proofs.account(hexdata(header["stateRoot"]), world.contract, [hexdata(node) for node in answer["accountProof"]])
    assert account is not None
    words = [
        proofs.storage(account.storage_root, slot, [hexdata(node) for node in entry["proof"]])
        for slot, entry in zip(wanted, answer["storageProof"], strict=True)
    ]
    assert PayableWord.of(words[0]).outstanding == 1_000_00
    assert LotWord.of(words[1]).amount == 500_00
    assert (LotWord.of(words[2]).amount, LotWord.of(words[2]).holder) == (200_00, 3)
    assert words[3] == 0


def test_an_address_without_an_account(world: World) -> None:
    number = world.gateway.head().number
    header = world.gateway.raw_rpc("eth_getBlockByNumber", [hex(number), False])
    nobody = "0x" + "77" * 20
    answer = world.gateway.raw_rpc("eth_getProof", [nobody, [], hex(number)])
    assert proofs.account(hexdata(header["stateRoot"]), nobody, [hexdata(node) for node in answer["accountProof"]]) is None


def test_a_slot_that_was_emptied_holds_nothing(world: World) -> None:
    payable = world.issue(1_000_00, salt=72, accept=False)
    world.act("supplier", "refuse", *world.issued[payable])
    number, slot = world.gateway.head().number, slots.lot(ids.root(payable))
    header = world.gateway.raw_rpc("eth_getBlockByNumber", [hex(number), False])
    answer = world.gateway.raw_rpc("eth_getProof", [world.contract, [f"0x{slot:064x}"], hex(number)])
    account = proofs.account(hexdata(header["stateRoot"]), world.contract, [hexdata(node) for node in answer["accountProof"]])
    assert account is not None
    assert proofs.storage(account.storage_root, slot, [hexdata(node) for node in answer["storageProof"][0]["proof"]]) == 0
