"""`tallystick certificate`, `pin`, `verify`: proofs of title that need no trust in this service."""

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli import frame, output
from api.cli.frame import Here, Json
from api.schemas.certificates import VerdictOut
from api.views import certificates as views
from api.views.certificates import CertificateRefused
from chain.certificate.form import MAX_BYTES
from registry.kernel.errors import DomainError
from registry.sync import certificates

# Everything fits together, but no pin says who made it.
EXIT_NOT_PINNED = 8
_File = Annotated[Path, typer.Argument(help="The certificate", exists=True, dir_okay=False)]
_Pin = Annotated[
    Path | None,
    typer.Option("--pin", envvar="TALLYSTICK_PIN", help="The network's pin, got from elsewhere", exists=True, dir_okay=False),
]
_Documents = Annotated[
    list[Path] | None, typer.Option("--document", help="A document that must be among the disclosed ones", exists=True, dir_okay=False)
]


def install(app: typer.Typer) -> None:
    """Adds the commands."""
    frame.command(app, "certificate")(certificate)
    frame.command(app, "pin")(pin)
    app.command("verify")(verify)


def certificate(
    here: Here,
    lot: Annotated[str, typer.Argument(help="Id of the lot, 0x and 64 hex digits")],
    document: Annotated[list[int] | None, typer.Option(help="Number of a document of the payable's to disclose")] = None,
    *,
    out: Annotated[Path | None, typer.Option(help="File to write. Default: standard output")] = None,
) -> None:
    """A file that proves who holds a lot as of the latest block; verify it anywhere."""
    with here.open() as platform:
        wanted = here.call(platform, "lot.certify").ask(lambda unit: certificates.draft(unit, lot, documents=document or ()))
        content = certificates.issue(platform.work, platform.gateway, wanted)
    if out is None:
        _write(content)
    else:
        out.write_bytes(content)
        Console(stderr=True).print(f"{out}: {len(content)} bytes; verify it with `tallystick verify {out} --pin PIN`", highlight=False)


def pin(here: Here) -> None:
    """The trust root of this installation: give it to verifiers by another way than certificates."""
    with here.open() as platform:
        _write(certificates.pin(platform.work, platform.gateway).encode() + b"\n")


def verify(file: _File, pin: _Pin = None, document: _Documents = None, *, as_json: Json = False) -> None:
    """Says what a certificate proves, offline: no database, no node, no data folder. Ends with 8 when no pin was given."""
    try:
        found = views.verdict(_content(file), None if pin is None else _content(pin), now=datetime.now(UTC))
        for path in document or ():
            _require_disclosed(found, path)
    except DomainError as error:
        raise typer.Exit(output.refuse(error, as_json=as_json)) from error
    if as_json:
        _write(found.model_dump_json().encode() + b"\n")
    else:
        _tell(found)
    if found.verdict != "proven":
        raise typer.Exit(EXIT_NOT_PINNED)


def _content(path: Path) -> bytes:
    """The file, no more of it than a certificate may have."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _require_disclosed(found: VerdictOut, path: Path) -> None:
    if "0x" + hashlib.sha256(path.read_bytes()).hexdigest() not in found.documents:
        raise CertificateRefused(f"{path.name} is not among the documents that the certificate discloses", document=path.name)


def _tell(found: VerdictOut) -> None:
    console = Console(highlight=False)
    colour = "green" if found.verdict == "proven" else "yellow"
    console.print(f"[bold {colour}]{found.verdict}[/]")
    for sentence in found.says:
        console.print(f"- {sentence}", markup=False)


def _write(content: bytes) -> None:
    """Bytes as they are: a certificate has no line end."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
