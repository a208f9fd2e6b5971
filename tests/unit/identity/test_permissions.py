"""The table of permissions: every act by every role, and its place in the README."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from chain.structs import ROLE_AUDITOR, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER
from registry.identity import permissions
from registry.identity.permissions import ACTS, ANY, ROLES, SELF
from registry.kernel.errors import Forbidden

README = Path(permissions.__file__).with_name("README.md")


@dataclass(frozen=True)
class Someone:
    entity_id: int
    roles: int


@pytest.mark.parametrize("act", ACTS)
def test_each_role_may_do_exactly_what_the_table_says(act: str) -> None:
    for bit in ROLES.values():
        expected = bool(ACTS[act] & {ANY, SELF, bit})
        assert permissions.allowed(Someone(7, bit), act) is expected
        if not expected:
            with pytest.raises(Forbidden, match=re.escape(permissions.who(act))):
                permissions.require(Someone(7, bit), act)


def test_an_entity_without_roles_only_reads_and_keeps_itself() -> None:
    assert all(ACTS[act] & {ANY, SELF} for act in permissions.acts_of(Someone(7, 0)))


def test_several_roles_add_up() -> None:
    both = set(permissions.acts_of(Someone(7, ROLE_OBLIGOR | ROLE_SUPPLIER)))
    each = set(permissions.acts_of(Someone(7, ROLE_OBLIGOR))) | set(permissions.acts_of(Someone(7, ROLE_SUPPLIER)))
    assert both == each


def test_an_auditor_changes_nothing_of_others() -> None:
    words = {act.split(".")[1] for act in permissions.acts_of(Someone(7, ROLE_AUDITOR)) if SELF not in ACTS[act]}
    assert words <= {"list", "show", "certify", "plan", "run", "verify", "export", "attach", "mark_overdue"}


def test_an_act_without_a_row_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        permissions.allowed(Someone(7, 63), "lot.destroy")


def test_about_itself_or_the_registrar() -> None:
    permissions.require_own(Someone(7, 0), 7)
    permissions.require_own(Someone(1, ROLE_REGISTRAR), 7)
    permissions.require_own(Someone(0, 0), 7)
    with pytest.raises(Forbidden):
        permissions.require_own(Someone(8, 63 & ~ROLE_REGISTRAR), 7)


def test_readme_shows_the_table() -> None:
    shown = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+?) \|$", README.read_text(), re.MULTILINE))
    assert shown == {act: permissions.who(act) for act in ACTS}, "run: scripts/run python -m registry.identity.permissions"
