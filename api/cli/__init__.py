"""`tallystick`: the same acts as the API, on the embedded engine as any entity (--as), with --json everywhere."""

import typer

from api.cli.commands import (
    asof,
    audit,
    certificates,
    chain,
    checks,
    deployment,
    funding,
    invoices,
    lots,
    offers,
    parties,
    payables,
    profiles,
    service,
    sync,
)

app = typer.Typer(
    name="tallystick",
    help="An open registry of supply-chain receivables on a permissioned EVM chain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
service.install(app)
chain.install(app)
checks.install(app)
sync.install(app)
asof.install(app, sync.app)
certificates.install(app)
app.add_typer(parties.app, name="party")
app.add_typer(profiles.app, name="profile")
app.add_typer(invoices.app, name="invoice")
app.add_typer(payables.app, name="payable")
app.add_typer(lots.app, name="lot")
app.add_typer(offers.app, name="offer")
app.add_typer(funding.financing, name="financing")
app.add_typer(funding.payment, name="payment")
app.add_typer(funding.clearing_app, name="clearing")
app.add_typer(chain.transaction, name="transaction")
app.add_typer(deployment.app, name="chain")
app.add_typer(audit.app, name="audit")
app.add_typer(checks.runs, name="checks")
app.add_typer(checks.breaks_app, name="breaks")
app.add_typer(sync.app, name="sync")


def main() -> None:
    """Entry point of the console script."""
    app(prog_name="tallystick")
