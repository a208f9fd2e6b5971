"""`tallystick chain`: the contracts of a network, its manifest and whether they are what was built."""

import json
from pathlib import Path
from typing import Annotated

import typer

import chain
from api import moving
from api.calls import Answer, to_bytes
from api.cli import frame
from api.cli.frame import Here
from api.cli.output import EXIT_BREAKS
from api.schemas.deployment import DeploymentOut, ManifestIn
from api.views import deployment as views
from chain.gateway import RpcGateway
from chain.rpc import Rpc
from registry.kernel.errors import Invalid
from registry.sync.deployment import recorded

# The chain is as built; the sources at hand are others than it was built from.
EXIT_SOURCES = 10
# A checkout has the sources beside this package.
_SOURCES = Path(chain.__file__).parents[1] / "contracts"

app = typer.Typer(help="The contracts of the network.", no_args_is_help=True)


@frame.command(app, "manifest")
def manifest(here: Here, *, out: Annotated[Path | None, typer.Option(help="File to write. Default: standard output")] = None) -> None:
    """The manifest of this installation's deployment: chain, addresses, hash of the sources."""
    with here.open() as platform:
        content = json.dumps(recorded(platform.work), indent=1, sort_keys=True) + "\n"
    if out is None:
        typer.echo(content, nl=False)
    else:
        out.write_text(content)


@frame.command(app, "verify-deployment")
def verify_deployment(
    here: Here,
    rpc: Annotated[
        str | None, typer.Option("--rpc", metavar="URL", help="Ask this node instead of the installation's; needs --manifest")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--manifest", help="Manifest of the deployment; needs --rpc", exists=True, dir_okay=False)
    ] = None,
    sources: Annotated[
        Path | None, typer.Option(help="Folder of the contracts' sources. Default: contracts/ of a checkout", exists=True)
    ] = None,
    libraries: Annotated[
        Path | None, typer.Option(envvar="NODE_MODULES", help="Their node_modules folder; without it sources are not compared", exists=True)
    ] = None,
) -> None:
    """Compares the code on the chain with what was built, and that with the sources at hand.

    Ends with 1 when something on the chain differs, with 10 when only the sources do.
    """
    folder = sources or (_SOURCES if (_SOURCES / "src").is_dir() else None)
    if (rpc is None) != (file is None):
        raise Invalid("--rpc and --manifest go together: a node of one's own choice, and what should stand there")
    if rpc is not None and file is not None:
        wanted = views.manifest(file.read_bytes())
        with Rpc(rpc) as endpoint:
            found = views.verified(RpcGateway(endpoint, finality=0), wanted, contracts=folder, libraries=libraries)
    else:
        with here.open() as platform:
            wanted = ManifestIn.model_validate(recorded(platform.work))
            found = views.verified(platform.gateway, wanted, contracts=folder, libraries=libraries)
    here.show(Answer(200, to_bytes(found)))
    _end(found)


@frame.command(app, "export-genesis")
def export_genesis(
    here: Here, *, out: Annotated[Path, typer.Option(help="New folder for handover.json and state.json", file_okay=False)]
) -> None:
    """Hands a stopped embedded installation over: the whole state after its last block, and a statement signed by the registry's key."""
    with here.open() as platform:
        found = moving.export(platform, out)
    here.show(Answer(200, to_bytes(found)))


@frame.command(app, "move")
def move(
    here: Here,
    folder: Annotated[Path, typer.Argument(help="What export-genesis wrote", exists=True, file_okay=False)],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="It is meant: there is no way back")] = False,
) -> None:
    """Takes a stopped embedded installation to the network of the settings, which began with the handed-over state. For good."""
    if not yes:
        raise Invalid("after this, blocks are made on the network alone, and there is no way back; say --yes")
    here.show(Answer(200, to_bytes(moving.move(here.settings, folder))))


def _end(found: DeploymentOut) -> None:
    if found.on_chain != views.AS_BUILT:
        raise typer.Exit(EXIT_BREAKS)
    if found.sources == views.DIFFERENT:
        raise typer.Exit(EXIT_SOURCES)
