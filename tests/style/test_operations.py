"""The operators' page has a place for every alarm and every code of a break, and says the severity that the tables say."""

import re
from pathlib import Path

from registry.sync import alarms
from registry.sync.alarms import ALARMS
from registry.sync.check.codes import CODES

PAGE = (Path(alarms.__file__).parent / "OPERATIONS.md").read_text()


def test_every_alarm_has_a_section_with_its_severity() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n\*(\w+)\.\*", PAGE, re.MULTILINE))
    assert sections == {name: alarm.severity.capitalize() for name, alarm in ALARMS.items()}


def test_every_code_has_a_row_with_its_severity() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+) \| \S.* \| \S.* \|$", PAGE, re.MULTILINE))
    assert rows == {name: code.severity for name, code in CODES.items()}
