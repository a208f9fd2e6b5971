"""The pages: one function per page, each asks for data and shows a template."""

from api.console.pages import chain, checks, claims, entry, proofs

ROUTERS = (entry.router, claims.router, chain.router, checks.router, proofs.router)
