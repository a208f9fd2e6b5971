"""Why an invoice, or a file of them, was not taken in. All are the sender's to correct: nothing was stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from registry.kernel.errors import DomainError

# Long lists of findings help nobody; the count is always given.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that an invoice breaks, and the value that breaks it."""

    rule: str
    value: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """A finding in a row of an ERP export. A row with several findings gives one each."""

    row: int
    column: str
    value: str
    rule: str
    message: str


class InvoiceTooLarge(DomainError):
    """The file, its number of elements or rows, or its nesting is above the limit that guards the reader."""

    code = "invoice_too_large"


class InvoiceMalformed(DomainError):
    """Not a well-formed XML invoice in a syntax we read, or XML that carries a document type declaration."""

    code = "invoice_malformed"


class InvoiceRefused(DomainError):
    """The invoice breaks rules; `violations` has each rule's id and the value that broke it."""

    code = "invoice_refused"

    def __init__(self, violations: Sequence[Violation]) -> None:
        first = violations[0]
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        shown = [asdict(violation) for violation in violations[:SHOWN]]
        super().__init__(f"{first.rule}: {first.message}{more}", count=len(violations), violations=shown)
        self.violations = tuple(violations)


class ImportMapInvalid(DomainError):
    """The column map has an unknown key or value, or names a column that the file lacks."""

    code = "import_map_invalid"


class ImportFileInvalid(DomainError):
    """The file is not readable as separated values: encoding, quoting, header or an empty file."""

    code = "import_file_invalid"


class ImportRefused(DomainError):
    """At least one row is bad and the import was all-or-nothing; `errors` has row, column and value of each."""

    code = "import_refused"

    def __init__(self, errors: Sequence[RowError]) -> None:
        first = errors[0]
        shown = [asdict(error) for error in errors[:SHOWN]]
        message = f"row {first.row}: {first.message}; {len(errors)} finding(s), no row was taken in. Correct them or import with mode skip"
        super().__init__(message, count=len(errors), errors=shown)
        self.errors = tuple(errors)
