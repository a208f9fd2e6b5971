"""What all commands share: --data, --as and --json, the platform they run on, and how an error ends them.

A command is a function whose first parameter is `here`; the rest are its own arguments. It asks or writes through the same call as
HTTP does, under the same table of permissions.
"""

import inspect
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from api.bootstrap import LOCK, Platform
from api.calls import Answer, Call, Result, Subject
from api.cli import output
from api.paging import Paging
from api.schemas.payables import TreeOut
from chain.errors import ChainError
from registry.identity import api_keys, keys, service
from registry.kernel.errors import DomainError, Forbidden, NotFound, Unauthenticated, Unavailable
from registry.kernel.settings import Settings
from registry.kernel.uow import SERVICE, Actor, Unit

Data = Annotated[Path | None, typer.Option("--data", help="Data folder. Default: TALLYSTICK_DATA_DIR, else ./tallystick-data")]
As = Annotated[
    int | None, typer.Option("--as", envvar="TALLYSTICK_AS", help="Entity that acts (1 is the registrar; no other on a network)")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before what can't be undone")]
After = Annotated[str | None, typer.Option("--after", help="Go on after this cursor")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="Rows per page")]
_SHARED = {"data": Data, "as_entity": As, "as_json": Json}
_DEFAULTS: dict[str, Any] = {"data": None, "as_entity": None, "as_json": False}
API_KEY = "TALLYSTICK_API_KEY"


@dataclass(frozen=True)
class Here:
    """Where and as whom a command runs."""

    settings: Settings
    entity: int | None
    as_json: bool

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[Platform]:
        """The platform on the data folder: attached to the running service, or owned while the command runs.

        NotFound when nothing was ever started there, unless it may be created.
        """
        folder = self.settings.data_dir
        if not create and not (folder / LOCK).exists():
            raise NotFound(f"there is no installation in {folder}; begin one with `tallystick up --data {folder}`, or name another folder")
        with Platform.open(self.settings) as platform:
            yield platform

    def by(self, entity: int) -> "Here":
        """The same, as an entity where --as names none."""
        return self if self.entity is not None else replace(self, entity=entity)

    def actor(self, platform: Platform) -> Actor:
        """Who acts: the entity of --as (on a network the registrar, whose folder this is), else that of the key in TALLYSTICK_API_KEY."""
        token = os.environ.get(API_KEY)
        with platform.work.begin(SERVICE) as unit:
            if self.entity is not None:
                if not platform.embedded and self.entity != keys.REGISTRAR:
                    raise Forbidden(
                        f"on a network --as works for the registrar ({keys.REGISTRAR}) alone; set {API_KEY} to an entity's API key"
                    )
                return service.actor(unit, self.entity, via="cli")
            if token:
                return api_keys.authenticate(unit, token)
        raise Unauthenticated("say who acts: --as ENTITY (1 is the registrar; `party list --as 1` shows all)")

    def call(self, platform: Platform, act: str) -> Call:
        """A permitted call of an act."""
        wait = max(platform.settings.wait_seconds, 60.0)
        found = Call(platform=platform, actor=self.actor(platform), act=act, request_id=secrets.token_hex(8), wait=wait)
        found.permit(record=True)
        return found

    def read(self, act: str, question: Callable[[Unit], BaseModel], *, columns: Sequence[str] = ()) -> None:
        """Asks and prints."""
        with self.open() as platform:
            self.show(self.call(platform, act).read(question), columns=columns)

    def write(
        self, act: str, decide: Callable[[Unit], Result], render: Callable[[Unit, Result], BaseModel], *, subject: Subject[Result]
    ) -> None:
        """Decides, waits for the block and prints."""
        with self.open() as platform:
            self.show(self.call(platform, act).write(decide, render, subject=subject))

    def draw(self, act: str, question: Callable[[Unit], TreeOut]) -> None:
        """Asks for a claim tree and draws it."""
        with self.open() as platform:
            output.draw(self.call(platform, act).ask(question))

    def show(self, answer: Answer, *, columns: Sequence[str] = ()) -> None:
        """Prints an answer."""
        output.show(answer.body, as_json=self.as_json, columns=columns)

    def sure(self, question: str, *, yes: bool) -> None:
        """Asks before what can't be undone; ends the command when the answer is no."""
        if not yes and not typer.confirm(question, err=True):
            raise typer.Exit(2)


def paging(after: str | None, limit: int) -> Paging:
    """Which page to show."""
    return Paging(after, limit)


def instant(given: datetime) -> datetime:
    """A time of the command line, which is UTC when it does not say otherwise."""
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def utc(given: datetime | None) -> datetime | None:
    """The same, where a time may be left out."""
    return None if given is None else instant(given)


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a function as a command with the shared options."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True)
        names = [parameter for parameter in own.parameters.values() if parameter.name != "here"]
        kind = inspect.Parameter.KEYWORD_ONLY
        shared = [inspect.Parameter(key, kind, default=_DEFAULTS[key], annotation=hint) for key, hint in _SHARED.items()]
        parameters = [parameter.replace(kind=kind) for parameter in names] + shared

        def run(**given: Any) -> None:
            data, entity, as_json = given.pop("data"), given.pop("as_entity"), given.pop("as_json")
            settings = Settings() if data is None else Settings(data_dir=data)
            _run(lambda: function(Here(settings, entity, as_json), **given), as_json=as_json)

        run.__doc__ = function.__doc__
        run.__name__ = function.__name__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        app.command(name)(run)
        return function

    return register


def _run(work: Callable[[], None], *, as_json: bool) -> None:
    try:
        work()
    except DomainError as error:
        raise typer.Exit(output.refuse(error, as_json=as_json)) from error
    except ChainError as error:
        raise typer.Exit(output.refuse(Unavailable(f"the node does not answer as it should: {error}"), as_json=as_json)) from error
