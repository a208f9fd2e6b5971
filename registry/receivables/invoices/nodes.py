"""Reads typed values out of an XML element tree and notes what it cannot read, so that all findings come at once."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from lxml import etree

from registry.receivables.invoices.model import Amount, Identifier, Unreadable

# xs:decimal without exponents, infinities or underscores. 22 digits hold any amount the chain can carry.
_DECIMAL = re.compile(r"[+-]?(\d{1,22}(\.\d{0,22})?|\.\d{1,22})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHOWN = 80

Element = etree._Element  # noqa: SLF001 - lxml names its element type so


class Nodes:
    """Look-ups relative to an element. Paths are ElementPath with the prefixes given; `term` names the business term in findings."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = dict(namespaces)
        self._unreadable: list[Unreadable] = []

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """What could not be read so far."""
        return tuple(self._unreadable)

    def misread(self, term: str) -> bool:
        """Whether there is a finding on the term already."""
        return any(item.term == term for item in self._unreadable)

    def note(self, term: str, value: str, reason: str) -> None:
        """Adds a finding; long values are cut."""
        self._unreadable.append(Unreadable(term, value if len(value) <= _SHOWN else value[:_SHOWN] + "…", reason))

    def all(self, parent: Element | None, path: str) -> list[Element]:
        """Every element at the path."""
        return [] if parent is None else parent.findall(path, self._namespaces)

    def one(self, parent: Element | None, path: str, term: str) -> Element | None:
        """The element at the path. Several are a finding: two readers could each believe another one."""
        found = self.all(parent, path)
        if len(found) > 1:
            self.note(term, ", ".join(content(element) or "" for element in found), f"stands {len(found)} times")
        return found[0] if found else None

    def leaf(self, element: Element | None, term: str) -> str | None:
        """The text of an element with whitespace normalised; None when it is absent or empty."""
        if element is None:
            return None
        if len(element):
            self.note(term, content(element) or "", "has other elements inside a value")
        return content(element)

    def text(self, parent: Element | None, path: str, term: str) -> str | None:
        """The text at the path, found once at most."""
        return self.leaf(self.one(parent, path, term), term)

    def texts(self, parent: Element | None, path: str, term: str) -> tuple[str, ...]:
        """The non-empty texts at a path that may stand several times."""
        return tuple(text for element in self.all(parent, path) if (text := self.leaf(element, term)) is not None)

    def decimal(self, parent: Element | None, path: str, term: str) -> Decimal | None:
        """The number at the path."""
        element = self.one(parent, path, term)
        return None if element is None else self.decimal_of(element, term)

    def decimal_of(self, element: Element, term: str) -> Decimal | None:
        """The number in an element; an empty one is a finding, for it claims to be there."""
        text = self.leaf(element, term) or ""
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        self.note(term, text, "is not a decimal number with a point and at most 22 digits")
        return None

    def amount(self, parent: Element | None, path: str, term: str) -> Amount | None:
        """The amount at the path with its currencyID."""
        element = self.one(parent, path, term)
        return None if element is None else self.amount_of(element, term)

    def amount_of(self, element: Element, term: str) -> Amount | None:
        """The amount in an element."""
        value = self.decimal_of(element, term)
        return None if value is None else Amount(value, attribute(element, "currencyID"))

    def day(self, parent: Element | None, path: str, term: str) -> date | None:
        """The date at the path, found once at most: YYYY-MM-DD, or YYYYMMDD where the element says format 102."""
        return self.day_of(self.one(parent, path, term), term)

    def day_of(self, element: Element | None, term: str) -> date | None:
        """The date in an element; None when it is absent or empty."""
        text = self.leaf(element, term)
        if element is None or text is None:
            return None
        style = attribute(element, "format")
        pattern = _ISO_DATE if style is None else _COMPACT_DATE
        match = pattern.fullmatch(text) if style in (None, "102") else None
        if match:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                match = None
        self.note(term, text, "is not a date written YYYY-MM-DD" if style is None else "is not a date written YYYYMMDD with format 102")
        return None

    def same_day(self, parent: Element | None, path: str, term: str) -> date | None:
        """The date at a path that may stand several times; different dates are a finding."""
        found = [day for element in self.all(parent, path) if (day := self.day_of(element, term)) is not None]
        if len(set(found)) > 1:
            self.note(term, ", ".join(map(str, found)), "gives different dates")
        return found[0] if found else None

    def identifier(self, parent: Element | None, path: str, term: str) -> Identifier | None:
        """The identifier at the path with its schemeID."""
        element = self.one(parent, path, term)
        text = self.leaf(element, term)
        return None if element is None or text is None else Identifier(text, attribute(element, "schemeID"))

    def marked(self, parent: Element | None, path: str, term: str) -> Identifier | None:
        """The identifier at the path, also when it is empty: what counts is that it names its scheme."""
        element = self.one(parent, path, term)
        return None if element is None else Identifier(content(element) or "", attribute(element, "schemeID"))

    def identifiers(self, elements: Iterable[Element], term: str) -> tuple[Identifier, ...]:
        """Identifiers that may stand several times."""
        return tuple(Identifier(text, attribute(el, "schemeID")) for el in elements if (text := self.leaf(el, term)) is not None)


def schemes(elements: Iterable[Element], name: str = "schemeID") -> tuple[str, ...]:
    """The attribute of each element that has it, also when it is empty."""
    return tuple(" ".join(value.split()) for element in elements if (value := element.get(name)) is not None)


def contents(elements: Iterable[Element]) -> tuple[str, ...]:
    """The text of each element, also when it is empty."""
    return tuple(content(element) or "" for element in elements)


def content(element: Element) -> str | None:
    """XPath's normalize-space of an element's string value; None when it is empty."""
    joined = "".join(map(str, element.itertext())) if len(element) else element.text or ""
    return " ".join(joined.split()) or None


def attribute(element: Element, name: str) -> str | None:
    """An attribute's value with whitespace normalised; None when it is absent or empty."""
    value = element.get(name)
    return " ".join(value.split()) or None if value is not None else None
