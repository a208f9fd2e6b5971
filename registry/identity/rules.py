"""Identifiers, names and accounts: their one form and their check digits (python-stdnum). Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import stdnum
from stdnum import ean, iban, lei
from stdnum.cn import uscc
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from chain import ids
from registry.identity.errors import IdentifierInvalid
from registry.kernel import money
from registry.kernel.errors import Invalid

SCHEME = re.compile(r"[a-z]{2,12}(:[A-Za-z0-9?]{1,12})?")
VALUE = re.compile(r"[A-Z0-9:+*_]{2,64}")
COUNTRY = re.compile(r"[A-Z]{2}")
ACCOUNT = re.compile(r"[A-Z0-9]{4,64}")
LONGEST_NAME = 200
LONGEST_TEXT = 500
LATEST = 2**32 - 1
_PROFILE = re.compile(r"(?P<currency>[A-Z]{3})(/(?P<variant>[0-9]{1,2}))?")
_DIGITS = 5
_NOISE = re.compile(r"[\s.\-/]+")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")


@dataclass(frozen=True)
class Checked:
    """An identifier in its one form; `doubt` says what is wrong with it when only its check digit or a part is."""

    scheme: str
    value: str
    doubt: str | None


def normal(scheme: str, value: str) -> str:
    """The one form of an identifier: capitals without spaces, dots, hyphens and slashes; electronic addresses keep their punctuation."""
    return value.strip().casefold() if scheme.startswith("eas:") else _NOISE.sub("", value).upper()


def check(scheme: str, value: str) -> Checked:
    """Checks an identifier. Schemes with rules: lei (ISO 17442), uscc (GB 32100), vat (national rules), gln; others are only taken as text.

    IdentifierInvalid when it can't be one of its scheme at all, whatever reason is given.
    """
    form = normal(scheme, value)
    if not SCHEME.fullmatch(scheme):
        message = "an identifier's scheme is lei, uscc, vat, gln, duns, icd:NNNN, eas:NNNN or legal:CC"
        raise IdentifierInvalid(f"{scheme!r} is no scheme; {message}", scheme=scheme)
    if not (VALUE.fullmatch(form) or (scheme.startswith("eas:") and form.isprintable() and 2 <= len(form) <= 128)):
        raise IdentifierInvalid(f"the {scheme} has 2 to 64 letters and digits", scheme=scheme)
    try:
        _validate(scheme, form)
    except (InvalidChecksum, InvalidComponent) as error:
        return Checked(scheme, form, str(error))
    except ValidationError as error:
        raise IdentifierInvalid(f"this is no {scheme}: {error}", scheme=scheme) from error
    return Checked(scheme, form, None)


def _validate(scheme: str, value: str) -> None:
    plain = {"lei": lei, "uscc": uscc, "gln": ean}.get(scheme)
    if scheme == "lei" and len(value) != 20:
        raise InvalidLength
    if plain is not None:
        plain.validate(value)
    elif scheme == "vat":
        country = value[:2]
        national = stdnum.get_cc_module(country.lower(), "vat") if country.isalpha() else None
        if country.lower() in eu_vat.MEMBER_STATES or country == "EL":
            eu_vat.validate(value)
        elif national is not None:
            national.validate(value[2:] if national.compact(value) == value else value)


def check_all(identifiers: dict[str, str], override_reason: str | None) -> list[Checked]:
    """All identifiers of an entity. IdentifierInvalid when one is in doubt and no reason is given why it stands."""
    found = [check(scheme, value) for scheme, value in sorted(identifiers.items())]
    doubtful = [item for item in found if item.doubt]
    if doubtful and not (override_reason or "").strip():
        worst = doubtful[0]
        message = f"the {worst.scheme} is not valid: {worst.doubt} If the registers show it so, register it with override_reason"
        raise IdentifierInvalid(message, scheme=worst.scheme)
    return found


def name(text: str) -> str:
    """A legal name without outer or doubled spaces; Invalid when empty, long or with control characters."""
    clean = " ".join(text.split())
    if not 0 < len(clean) <= LONGEST_NAME or not clean.isprintable():
        raise Invalid(f"a name has 1 to {LONGEST_NAME} printable characters", length=len(clean))
    return clean


def reason(text: str) -> str:
    """A reason that people will read later; Invalid when empty or long."""
    clean = text.strip()
    if not 0 < len(clean) <= LONGEST_TEXT:
        raise Invalid(f"a reason has 1 to {LONGEST_TEXT} characters", length=len(clean))
    return clean


def country(code: str) -> str:
    """An ISO 3166-1 alpha-2 code by its form."""
    if not COUNTRY.fullmatch(code):
        raise Invalid(f"{code!r} is not a country code; write two capitals such as CN", country=code)
    return code


def account(text: str) -> str:
    """A bank account number without spaces; one that looks like an IBAN must be one."""
    clean = _NOISE.sub("", text).upper()
    if not ACCOUNT.fullmatch(clean):
        raise Invalid("an account number has 4 to 64 letters and digits", length=len(clean))
    if _IBAN.fullmatch(clean):
        try:
            iban.validate(clean)
        except ValidationError as error:
            raise Invalid(f"this is no IBAN: {error}") from error
    return clean


def seconds(moment: datetime, what: str) -> int:
    """UTC seconds as the chain keeps them in 32 bits; Invalid when out of range or without a time zone."""
    if moment.tzinfo is None:
        raise Invalid(f"{what} needs a time zone", value=moment.isoformat())
    value = int(moment.timestamp())
    if not 0 < value <= LATEST:
        raise Invalid(f"{what} is outside what the chain can keep (1970 to 2106)", value=moment.isoformat())
    return value


def whole(moment: datetime, what: str) -> datetime:
    """A moment in whole seconds, which is all that the chain keeps; Invalid as for `seconds`."""
    return datetime.fromtimestamp(seconds(moment, what), UTC)


def profile_number(currency: str, variant: int | None = None, number: int | None = None) -> int:
    """Number of the instrument profile `variant` (0 to 63, 0 when not given) of a currency; or `number`, when it is one of these.

    Invalid when currency, variant and number contradict each other.
    """
    code = money.numeric_code(currency)
    found = ids.profile_id(code, variant or 0) if number is None else number
    if ids.currency_of(found) != code or (variant is not None and ids.variant_of(found) != variant):
        right = f"{ids.profile_id(code)} to {ids.profile_id(code, ids.VARIANTS - 1)}"
        said = currency if variant is None else f"{currency}/{variant}"
        raise Invalid(f"profile {found} is not {said}; profiles in {currency} have the numbers {right}", profile=found, currency=currency)
    return found


def profile_name(number: int) -> str:
    """A profile's number as people read it: "EUR/0". Invalid when it says no currency."""
    return f"{money.alpha_code(ids.currency_of(number))}/{ids.variant_of(number)}"


def named_profile(text: str) -> int:
    """The number of a profile from "EUR/0", "EUR" (variant 0) or the number itself. Invalid when it is none of these."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
        return int(text)
    found = _PROFILE.fullmatch(text)
    if found is None or int(found["variant"] or 0) >= ids.VARIANTS:
        raise Invalid(f"{text!r} is no profile; write it like EUR/0, or its number", profile=text)
    return profile_number(found["currency"], int(found["variant"] or 0))
