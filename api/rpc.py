"""The JSON-RPC gateway at /rpc: any Ethereum tool reads the chain through it, none reaches the node itself.

Only the methods below pass. A raw transaction takes the same path as the service's own: stored first, then mined. Open on loopback;
from elsewhere it asks for the key of the settings, and is off until one is set.
"""

from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.acting import body_of, platform_of
from api.bootstrap import Platform
from api.local import is_local, same_key
from chain.errors import NodeError, NodeRefused, ValueRefused
from registry.kernel.errors import DomainError, Forbidden, Unauthenticated

MAX_BATCH = 100
MAX_RAW_BYTES = 128 * 1024
READS = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_gasPrice",
        "eth_getBalance",
        "eth_getBlockByHash",
        "eth_getBlockByNumber",
        "eth_getBlockReceipts",
        "eth_getCode",
        "eth_getLogs",
        "eth_getProof",
        "eth_getStorageAt",
        "eth_getTransactionByHash",
        "eth_getTransactionCount",
        "eth_getTransactionReceipt",
        "eth_maxPriorityFeePerGas",
        "eth_syncing",
        "net_version",
        "web3_clientVersion",
    }
)
SEND = "eth_sendRawTransaction"
_EXAMPLE = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}

router = APIRouter(tags=["json-rpc"])


class RpcClosed(Forbidden):
    """The JSON-RPC gateway is open on loopback only; elsewhere an operator has to set its key first."""

    code = "rpc_closed"


class Refusal(Exception):
    """A JSON-RPC error of one request."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.error: dict[str, Any] = {"code": code, "message": message} | ({} if data is None else {"data": data})


def admit(request: Request, given: str, *, key: str) -> None:
    """RpcClosed or Unauthenticated unless the caller may use the gateway. `key` is the installation's, empty when there is none."""
    if given:
        if same_key(given, key):
            return
        raise Unauthenticated("this is not the key of the JSON-RPC gateway")
    if is_local(request):
        return
    if not key:
        raise RpcClosed("the JSON-RPC gateway is open on this machine only; its operator has to set TALLYSTICK_RPC_KEY for others")
    raise Unauthenticated("send the key of the JSON-RPC gateway in X-Rpc-Key, or call /rpc/KEY")


def _send(platform: Platform, params: list[Any]) -> str:
    text = params[0] if len(params) == 1 else None
    if not isinstance(text, str) or not text.startswith("0x"):
        raise Refusal(-32602, "one parameter is needed: the signed transaction as 0x hex")
    if len(text) > 2 * MAX_RAW_BYTES + 2:
        raise Refusal(-32602, f"the transaction is larger than {MAX_RAW_BYTES} bytes")
    try:
        raw = bytes.fromhex(text[2:])
    except ValueError as error:
        raise Refusal(-32602, "the transaction is not hex") from error
    return platform.runtime.submit_raw(raw, seconds=platform.settings.wait_seconds)


def _run(platform: Platform, method: str, params: list[Any]) -> Any:
    if method == SEND:
        return _send(platform, params)
    if method not in READS:
        raise Refusal(-32601, f"method {method[:80]!r} is not available here")
    return platform.gateway.raw_rpc(method, params)


def _guarded(run: Callable[[], Any]) -> dict[str, Any]:
    """The result or the error member of an answer."""
    try:
        return {"result": run()}
    except Refusal as refusal:
        return {"error": refusal.error}
    except NodeRefused as error:
        return {"error": Refusal(error.code, error.message, error.data).error}
    except (DomainError, ValueRefused) as error:
        return {"error": Refusal(-32000, str(error)).error}
    except NodeError:
        return {"error": Refusal(-32603, "the node does not answer as it should; repeat the request later").error}


def answer_one(platform: Platform, call: Any) -> dict[str, Any] | None:
    """The answer to one request object; None to a notification."""
    if not isinstance(call, dict) or call.get("jsonrpc") != "2.0" or not isinstance(call.get("method"), str):
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "not a JSON-RPC 2.0 request"}}
    params = call.get("params", [])
    if isinstance(params, list):
        outcome = _guarded(lambda: _run(platform, call["method"], params))
    else:
        outcome = {"error": {"code": -32602, "message": "params must be a list"}}
    return {"jsonrpc": "2.0", "id": call["id"]} | outcome if "id" in call else None


def answer_all(platform: Platform, body: bytes) -> Any:
    """The answer to a body: one object, a list for a batch, None when nothing is to be said."""
    try:
        calls = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "not JSON"}}
    if not isinstance(calls, list):
        return answer_one(platform, calls)
    if not 0 < len(calls) <= MAX_BATCH:
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": f"a batch has 1 to {MAX_BATCH} requests"}}
    return [answer for answer in (answer_one(platform, call) for call in calls) if answer is not None] or None


def _respond(request: Request, body: bytes, given: str) -> Response:
    platform = platform_of(request)
    admit(request, given, key=platform.settings.rpc_key.get_secret_value())
    found = answer_all(platform, body)
    return Response(status_code=204) if found is None else Response(orjson.dumps(found), media_type="application/json")


@router.post("/rpc", response_model=dict[str, Any], openapi_extra={"requestBody": {"content": {"application/json": {"example": _EXAMPLE}}}})
def rpc(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
    """JSON-RPC 2.0, single or batch: read methods of Ethereum and eth_sendRawTransaction. Key, if needed, in X-Rpc-Key."""
    return _respond(request, body, request.headers.get("x-rpc-key", ""))


@router.post("/rpc/{key}", include_in_schema=False)
def rpc_with_key(request: Request, body: Annotated[bytes, Depends(body_of)], key: str) -> Response:
    """The same for tools that take only a URL."""
    return _respond(request, body, key)
