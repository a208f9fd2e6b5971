"""Routes under /v1: one function per operation. Each names its act; the table of permissions says who may do it."""

from api.routes import asof, audit, certificates, chain, checks, documents, funding, identity, instruments, invoices, lots, offers, payables

ROUTERS = (
    identity.router,
    instruments.router,
    invoices.router,
    payables.router,
    lots.router,
    offers.router,
    documents.router,
    funding.router,
    chain.router,
    checks.router,
    asof.router,
    certificates.router,
    audit.router,
)
