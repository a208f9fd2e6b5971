"""The OpenAPI document: FastAPI's own, completed in one place with what all routes share.

Every operation documents its problem types, writes document their Idempotency-Key and their 202, and the act of each route is shown
with the roles that may do it.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.acting import ACT
from api.calls import Accepted
from api.errors import PROBLEM_TYPE, STATUS, Problem, problem
from registry.identity import permissions
from registry.kernel.errors import DomainError
from registry.kernel.refusals import MEANINGS

DESCRIPTION = """
An open registry of supply-chain receivables: confirmed payables become claims on a permissioned EVM chain that suppliers split, pass
on, finance and are paid for at maturity.

* **Who acts**: `Authorization: Bearer tsk_...`, an API key of your entity.
* **Writes** need an `Idempotency-Key`. Same key and body: the same answer again, with `Idempotency-Replayed: true`. Another body: 409.
* **Waiting**: a write answers when its block is indexed, or 202 with the contract calls to ask for. `Prefer: respond-async` does not
  wait, `Prefer: wait=N` waits up to N seconds.
* **Money** is `{"amount": "1234.56", "currency": "CNY"}`; times are RFC 3339 in UTC.
* **Errors** are problems (RFC 9457) with a stable `code` and the values that explain it.
* **Lists** are pages: pass `next` as `after`.
""".strip()

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# Problem statuses that any operation of a kind may answer, with one code as example.
_SHARED = {
    400: ("invalid_value", "a value breaks a rule; context says which"),
    401: ("unauthenticated", "send an API key of your entity: Authorization: Bearer tsk_..."),
    403: ("forbidden", "this act needs another role"),
    404: ("not_found", "no such thing, or none that you may see"),
    422: ("malformed_request", "the request does not have the documented shape; see context.errors"),
    500: ("internal_error", "this is a fault of the service; tell its operator the request id"),
    503: ("unavailable", "a part that is needed does not answer now; repeat the request later"),
}
_WRITES = {
    400: ("idempotency_key_missing", "send an Idempotency-Key header"),
    409: ("idempotency_conflict", "this Idempotency-Key came before with another request"),
    413: ("content_too_large", "the body is larger than this service takes"),
}
_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
    "example": "7d3f1c2a-0b1e-4c55-9a57-2f6a1d0c9e11",
    "description": "fresh for each new write; the same again when you repeat it",
}


def error_codes() -> dict[str, list[str]]:
    """Codes of all domain errors and of the contract's refusals by kind, for the documentation."""
    found: dict[str, set[str]] = {kind.value: set() for kind in STATUS}
    for meaning in MEANINGS.values():
        found[meaning.kind.value].add(meaning.code)
    waiting = list(DomainError.__subclasses__())
    while waiting:
        error = waiting.pop()
        found[error.kind.value].add(error.code)
        waiting.extend(error.__subclasses__())
    return {kind: sorted(codes) for kind, codes in found.items()}


def _problem_response(status: int, code: str, detail: str) -> dict[str, Any]:
    found = problem(status, code, detail)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": found.title, "content": {PROBLEM_TYPE: {"schema": schema, "example": found.model_dump()}}}


def _complete(operation: dict[str, Any], *, method: str) -> None:
    act = operation[ACT]
    operation["description"] = f"{operation.get('description', '').strip()}\n\nAct `{act}`: {permissions.who(act)}.".strip()
    shared = _SHARED if method == "get" else _SHARED | _WRITES
    for status, (code, detail) in shared.items():
        operation["responses"][str(status)] = _problem_response(status, code, detail)
    if method != "get":
        operation.setdefault("parameters", []).append(_KEY_PARAMETER)
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Accepted"}}}
        operation["responses"].setdefault("202", {"description": "Decided, not yet in a block", "content": content})


def document(app: FastAPI) -> dict[str, Any]:
    """The complete OpenAPI 3.1 document of the app."""
    found = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags, servers=[{"url": "/"}]
    )
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for model in (Problem, Accepted):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Problem"]["description"] += " Codes by kind: " + "; ".join(
        f"{kind}: {', '.join(codes)}" for kind, codes in error_codes().items()
    )
    for operations in found["paths"].values():
        for method, operation in operations.items():
            if method in _METHODS and ACT in operation:
                _complete(operation, method=method)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return found
