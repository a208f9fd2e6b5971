"""All routes of the app as data: method, path and act."""

from typing import NamedTuple

from fastapi.routing import APIRoute

from api.acting import ACT
from api.routes import ROUTERS


class Operation(NamedTuple):
    """One operation under /v1."""

    method: str
    path: str
    act: str | None


def operations() -> list[Operation]:
    """Every operation of every router."""
    found = []
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            act = (route.openapi_extra or {}).get(ACT)
            found += [Operation(method, f"/v1{route.path}", act) for method in sorted(route.methods)]
    return found
