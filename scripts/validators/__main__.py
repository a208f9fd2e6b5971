"""Commands of scripts/network: a permissioned network of validators on this machine, and the contracts on it."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table

from api.bootstrap import Platform
from chain.errors import ChainError
from registry.kernel.errors import DomainError
from registry.kernel.settings import Settings
from scripts.validators import founding, nodes
from scripts.validators.founding import Beginning
from scripts.validators.layout import NAME, Layout, NetworkFailed, Validator

console = Console(stderr=True, highlight=False, soft_wrap=True)
VOTE_SECONDS = 60
FIRST_BLOCKS_SECONDS = 30
_ATTEMPTS = 4
# Whose seals the status counts.
_WINDOW = 64
_WIDTH = 130


def up(given: argparse.Namespace) -> None:
    """Makes the network, or starts what does not run, and deploys the contracts by the registrar's key."""
    folder: Path = given.data
    with console.status("keys, genesis and folders") as status:
        if (folder / NAME).exists():
            network = Layout.load(folder)
        else:
            beginning = None if given.origin is None else Beginning.of(given.origin)
            shape = {"validators": given.validators, "period": given.period, "epoch": given.epoch}
            network = founding.found(folder, **shape, beginning=beginning)
        status.update("validators start")
        nodes.start(network, network.validators)
        status.update("validators find each other and seal")
        await_blocks(network)
        if not given.bare and given.origin is None:
            deploy(network, status)
    show(network)
    if given.origin is not None:
        console.print(
            f"\nThe installation goes on on it:  eval \"$(scripts/network env --data '{folder}')\"; scripts/run chain move"
            f" '{given.origin}' --yes --data DIR"
        )
        return
    console.print(f"\nThe service on it:  eval \"$(scripts/network env --data '{folder}')\"; scripts/run up --data '{folder / 'service'}'")


def await_blocks(network: Layout) -> None:
    """Until every validator has blocks that the others have sealed on; a standstill is healed. NetworkFailed."""
    begun = max(nodes.height(validator) for validator in network.validators)

    def sealing() -> bool:
        return all(nodes.height(validator) >= begun + 3 for validator in network.validators)

    for _ in range(_ATTEMPTS):
        try:
            nodes.await_that("blocks of the validators", sealing, seconds=FIRST_BLOCKS_SECONDS)
        except NetworkFailed:
            if not nodes.heal(network):
                raise
        else:
            return
    raise NetworkFailed("the validators seal no blocks; see `scripts/network status` and the node.log of each")


def heal(given: argparse.Namespace) -> None:
    """Ends a standstill of branches of equal difficulty: all but the heaviest are taken back to where they part from it."""
    found = nodes.heal(Layout.load(given.data))
    console.print("the nodes follow the heaviest branch now" if found else "all nodes are on one branch")


def deploy(network: Layout, status: Status | None = None) -> str:
    """The contracts' address, after an installation in the network's folder has brought them there, where it hasn't before."""
    if status is not None:
        status.update("the registrar deploys the contracts")
    settings = Settings(
        data_dir=network.folder / "service", chain_rpc=",".join(network.urls), chain_scheme="clique", chain_epoch=network.epoch
    )
    with Platform.open(settings) as platform:
        return platform.work.network.contract


def status(given: argparse.Namespace) -> None:
    """Shows every node: whether it runs, how far it is, its peers, its share of the latest seals."""
    show(Layout.load(given.data))


def kill(given: argparse.Namespace) -> None:
    """Kills a node by SIGKILL, as a power cut would."""
    network = Layout.load(given.data)
    nodes.kill(network, network.of(given.number))
    console.print(f"validator {given.number} is dead; start it again with `scripts/network start {given.number}`")


def start(given: argparse.Namespace) -> None:
    """Starts a node that does not run."""
    network = Layout.load(given.data)
    with console.status(f"validator {given.number} starts"):
        nodes.start(network, [network.of(given.number)])
    console.print(f"validator {given.number} runs on {network.of(given.number).url}")


def join(given: argparse.Namespace) -> None:
    """Adds a node with a key of its own; it follows, and seals once it is voted in."""
    network = Layout.load(given.data)
    with console.status("a node joins"):
        joined = founding.join(network)
        introduce(network, joined)
    console.print(f"node {joined.number} follows the network; let it seal with `scripts/network vote {joined.address} add`")


def introduce(network: Layout, joined: Validator) -> None:
    """Starts a new node and tells those that run of it; the others learn of it at their next start."""
    nodes.start(network, [joined])
    for other in network.validators:
        if other is not joined:
            nodes.ask(other, "admin_addPeer", joined.peer)
            nodes.ask(other, "admin_addTrustedPeer", joined.peer)


def vote(given: argparse.Namespace) -> None:
    """Lets the signers that run vote an address in or out, and waits until a majority has."""
    network = Layout.load(given.data)
    with console.status(f"the validators vote to {given.what} {given.address}"):
        cast(network, given.address, add=given.what == "add")
    show(network)


def cast(network: Layout, address: str, *, add: bool) -> None:
    """A vote of all signers; returns when the set has changed. NetworkFailed when it does not come to that."""
    if (address in nodes.signers(network)) == add:
        raise NetworkFailed(f"{address} {'seals already' if add else 'is no signer'}")
    for validator in network.validators:
        nodes.ask(validator, "clique_propose", address, add)
    try:
        nodes.await_that("a majority for it", lambda: (address in nodes.signers(network)) == add, seconds=VOTE_SECONDS)
    finally:
        for validator in network.validators:
            nodes.ask(validator, "clique_discard", address)


def environment(given: argparse.Namespace) -> None:
    """Prints the settings of a service on this network, for a shell."""
    for name, value in Layout.load(given.data).settings.items():
        print(f"export {name}={value}")


def down(given: argparse.Namespace) -> None:
    """Ends every process of the network. Its data stay, unless they are to be erased."""
    network = Layout.load(given.data)
    with console.status("validators end"):
        nodes.stop(network, network.validators)
    if given.erase:
        shutil.rmtree(network.folder)
    console.print(f"down; its data are {'gone' if given.erase else 'in ' + str(network.folder)}")


def show(network: Layout) -> None:
    """The state of the network as a table."""
    table = Table(box=None, title=f"Chain {network.chain_id}, {network.period} s blocks, in {network.folder}", title_justify="left")
    for column in ("node", "sealing address", "state", "head", "block", "peers", f"seals of {_WINDOW}", "JSON-RPC"):
        table.add_column(column, no_wrap=True)
    alive = [validator for validator in network.validators if nodes.running(network, validator) and nodes.height(validator) >= 0]
    signers = nodes.signers(network) if alive else []
    shares = _shares(alive[0]) if alive else {}
    for validator in network.validators:
        role = "seals" if validator.address in signers else "follows"
        if validator not in alive:
            table.add_row(str(validator.number), validator.address, "does not run", "", "", "", "", validator.url)
            continue
        head = nodes.ask(validator, "eth_getBlockByNumber", "latest", False)
        peers = nodes.peers(validator)
        share = str(shares.get(validator.address, 0))
        table.add_row(
            str(validator.number),
            validator.address,
            role,
            str(int(head["number"], 16)),
            head["hash"][:12],
            str(peers),
            share,
            validator.url,
        )
    # As wide as its rows, also where nobody looks at a terminal.
    Console(width=max(console.width, _WIDTH), highlight=False).print(table)


def _shares(validator: Validator) -> dict[str, int]:
    try:
        found = nodes.ask(validator, "clique_status")
    except NetworkFailed:
        # It divides by the number of blocks, also when there are none.
        return {}
    return {} if found is None else {address.lower(): int(count) for address, count in found["sealerActivity"].items()}


def _address(text: str) -> str:
    lower = text.lower()
    try:
        if len(bytes.fromhex(lower.removeprefix("0x"))) != 20 or not lower.startswith("0x"):
            raise ValueError(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no address: 0x and 40 hex digits") from error
    return lower


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="scripts/network", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", type=lambda text: Path(text).resolve(), default=Path("tallystick-network").resolve(), metavar="DIR",
                        help="the network's folder (default: ./tallystick-network)")  # fmt: skip
    commands = found.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[shared], help=does.__doc__, description=does.__doc__)
        added.set_defaults(run=does)
        return added

    begin = command("up", up)
    begin.add_argument("--validators", type=int, default=4, metavar="N", help="of a new network (default: 4)")
    begin.add_argument("--period", type=int, default=1, metavar="S", help="seconds between blocks of a new network (default: 1)")
    begin.add_argument(
        "--epoch", type=int, default=30_000, metavar="N", help="blocks between checkpoints of a new network (default: 30000)"
    )
    begin.add_argument(
        "--from", dest="origin", type=lambda text: Path(text).resolve(), metavar="FOLDER",
        help="a new network goes on from the handover in this folder (tallystick chain export-genesis)",
    )  # fmt: skip
    begin.add_argument("--bare", action="store_true", help="deploy nothing")
    command("status", status)
    for name, does in (("kill", kill), ("start", start)):
        command(name, does).add_argument("number", type=int, metavar="N", help="number of the node")
    command("join", join)
    command("heal", heal)
    voting = command("vote", vote)
    voting.add_argument("address", type=_address, metavar="ADDRESS", help="sealing address of a node")
    voting.add_argument("what", choices=("add", "drop"))
    command("env", environment)
    command("down", down).add_argument("--erase", action="store_true", help="delete the network's folder too")
    return found


def main() -> int:
    """Runs a command; exit code 1 when it fails."""
    given = parser().parse_args()
    try:
        given.run(given)
    except (NetworkFailed, ChainError, DomainError) as error:
        console.print(f"error: {error}", style="red")
        return 1
    except KeyboardInterrupt:
        console.print("stopped", style="yellow")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
