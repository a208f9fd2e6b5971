"""A party of the story as a client of the API: its key, an Idempotency-Key per step, and patience while the service restarts."""

import time
from typing import Any

import httpx

from scripts.story.process import client

PATIENCE_SECONDS = 60


class Refused(Exception):
    """The API refused: an RFC 9457 problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('detail')} {problem.get('context', '')}")
        self.code = str(problem.get("code"))
        self.detail = str(problem.get("detail"))
        self.problem = problem


class Party:
    """One entity that acts through its API key. `url` may change when the service comes back on another port."""

    def __init__(self, url: str, token: str, name: str) -> None:
        self.name = name
        self.url = url
        self.token = token
        self._http = client(url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_SECONDS)

    def get(self, path: str, **query: Any) -> Any:
        """A read; the parsed answer."""
        return _parsed(self._http.get(f"/v1{path}", params=query))

    def every(self, path: str, **query: Any) -> list[Any]:
        """All items of a paged list."""
        items: list[Any] = []
        page = self.get(path, **query, limit=200)
        while True:
            items += page["items"]
            if not page.get("next"):
                return items
            page = self.get(path, **query, limit=200, after=page["next"])

    def post(self, step: str, path: str, body: Any = None, **parts: Any) -> Any:
        """A write that may be repeated: the step is its Idempotency-Key. Waits while the outcome is pending."""
        headers = {"Idempotency-Key": f"story:{step}"}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            content = parts or {"json": {} if body is None else body}
            answer = self._http.post(f"/v1{path}", headers=headers, **content)
            if answer.status_code not in {429, 503} or time.monotonic() > deadline:
                break
            time.sleep(float(answer.headers.get("Retry-After", "0.1")))
        if answer.status_code == httpx.codes.ACCEPTED:
            return self._settled(answer.json()["transactions"], deadline)
        return _parsed(answer)

    def hand_in(self, step: str, path: str, body: Any) -> None:
        """A write that is decided when this returns, and not waited for."""
        headers = {"Idempotency-Key": f"story:{step}", "Prefer": "respond-async"}
        _parsed(self._http.post(f"/v1{path}", headers=headers, json=body))

    def _settled(self, transactions: list[int], deadline: float) -> None:
        """Waits for contract calls of a write that was cut off after it was decided; what came of it is read elsewhere."""
        while time.monotonic() < deadline:
            calls = [self.get(f"/transactions/{number}") for number in transactions]
            failed = next((call for call in calls if call["state"] in {"reverted", "rejected"}), None)
            if failed is not None:
                raise Refused({"code": failed["error"], "detail": f"contract call {failed['id']} was refused", "context": failed["detail"]})
            if all(call["state"] == "confirmed" for call in calls):
                return
            time.sleep(0.05)
        raise TimeoutError(f"contract calls {transactions} have no result")

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()


def _parsed(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        problem = answer.json()
    except ValueError:
        problem = {"code": str(answer.status_code), "detail": answer.text[:500]}
    raise Refused(problem)
