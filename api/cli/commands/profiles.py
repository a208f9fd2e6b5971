"""`tallystick profile`: the rules of the instruments."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from api.cli import frame
from api.cli.frame import Here
from api.schemas.instruments import ProfileIn
from api.views import identity as views
from registry.identity import limits
from registry.kernel.errors import Invalid

app = typer.Typer(help="Instrument profiles: dated rules that payables are confirmed under.", no_args_is_help=True)


@frame.command(app, "list")
def list_profiles(here: Here) -> None:
    """All profiles."""
    columns = ("id", "name", "valid_from", "valid_until", "hops", "depth", "children", "smallest_lot", "paused")
    here.read("profile.list", views.profiles, columns=columns)


@frame.command(app, "set")
def set_profile(here: Here, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON, as the API takes it")]) -> None:
    """The registrar sets a profile; once set it never changes."""
    try:
        body = ProfileIn.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{file}: {'/'.join(str(part) for part in first['loc'])}: {first['msg']}", file=str(file)) from error
    number = body.number()
    here.write(
        "profile.set",
        lambda unit: limits.set_profile(unit, number, body.rules()),
        lambda unit, _done: views.profile(unit, number),
        subject=f"profile:{number}",
    )
