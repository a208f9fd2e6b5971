"""What a certificate says in plain words, over time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.views import certificates as views
from api.views.certificates import CertificateRefused, OtherNetwork

FOLDER = Path(__file__).parents[1] / "data" / "certificates"
UNTIL = datetime.fromtimestamp(1_792_592_000, UTC)
BEFORE = UNTIL - timedelta(days=1)


def said(name: str, pin: str | None = "pin", *, now: datetime = BEFORE) -> tuple[str, str]:
    """Verdict and all sentences."""
    found = views.verdict((FOLDER / f"{name}.json").read_bytes(), None if pin is None else (FOLDER / f"{pin}.json").read_bytes(), now=now)
    return found.verdict, " ".join(found.says)


def test_a_free_lot_may_have_moved() -> None:
    verdict, text = said("whole")
    assert verdict == "proven"
    assert "participant 3 holds 1234.56 CNY" in text
    assert "It was not locked: it may have moved since block" in text
    assert "Participant 2 confirmed 1234.56 CNY to participant 3" in text
    assert "2 disclosed document(s)" in text
    assert "weaker than seals" in text


def test_a_lock_is_told_only_while_it_holds() -> None:
    _, text = said("locked")
    assert "Locked for participant 5 until 2026-10-21 14:13:20 UTC" in text
    assert "50.00 CNY of the lot are frozen" in text
    assert "Participant 3 owes recourse" in text
    assert "until 2026-10-21" in said("locked", now=UNTIL)[1]
    _, text = said("locked", now=UNTIL + timedelta(seconds=1))
    assert "ended on 2026-10-21 14:13:20 UTC: it may have moved since" in text
    assert "until 2026" not in text


def test_without_a_pin_the_issuer_is_unknown() -> None:
    verdict, text = said("whole", None)
    assert verdict == "consistent, issuer not pinned"
    assert "Issuer not pinned" in text
    assert "registry's pinned key" not in text


@pytest.mark.parametrize("scheme", ["qbft", "clique"])
def test_seals_of_validators(scheme: str) -> None:
    verdict, text = said(scheme, f"pin-{scheme}")
    assert verdict == "proven"
    assert "3 of the pinned validators sealed" in text
    assert "weaker" not in text


def test_validators_that_followed() -> None:
    verdict, text = said("clique-votes", "pin-clique")
    assert verdict == "proven"
    assert "3 of the validators that followed from the pinned ones sealed" in text
    assert "changed 2 time(s)" in text


@pytest.mark.parametrize(
    ("name", "pin", "reason", "advice"),
    [
        ("clique", "pin-clique-later", "issuer", "get its pin again"),
        ("clique-checkpoint", "pin-clique", "handover", "as they are now"),
        ("whole", "pin-qbft", "network", "Use the pin of the certificate's network"),
        ("whole", "whole", "pin", "Get the pin of the network again"),
        ("pin", "pin", "shape", "ask the holder for a new one"),
        ("made-settled", "pin", "not_owed", "Nothing is owed any more"),
    ],
)
def test_a_refusal_says_what_to_do(name: str, pin: str, reason: str, advice: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        said(name, pin)
    assert refused.value.context == {"reason": reason}
    assert advice in refused.value.message


def test_other_networks_and_forms_are_refused() -> None:
    with pytest.raises(OtherNetwork):
        said("whole", "pin-qbft")
    with pytest.raises(CertificateRefused):
        said("whole", "whole")
    with pytest.raises(CertificateRefused):
        said("pin")
