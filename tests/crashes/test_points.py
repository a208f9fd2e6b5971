"""Every commit stands between two crash points, and the list of points is the code's."""

from tests.crashes import matrix, points


def test_every_commit_stands_between_two_points() -> None:
    found = list(points.commits())
    files = {commit.file for commit in found}
    # Those that were looked for are found: the unit of work, the journal, the schema, the installation.
    assert files >= {"registry/kernel/uow.py", "registry/sync/journal.py", "registry/kernel/schema.py", "registry/kernel/installation.py"}
    assert [(commit.file, commit.line) for commit in found if not (commit.before and commit.after)] == []


def test_each_point_is_one_place_of_the_code() -> None:
    """Each member is visited in one place, and no place has a name that is not a member."""
    names = {f"crash.Point.{point.name}" for _, enumeration in points.ENUMERATIONS for point in enumeration}
    visited = [place.member for place in points.visits()]
    assert sorted(visited) == sorted(names)


def test_names_are_unique_and_explained() -> None:
    found = points.points()
    assert len(found) == len(set(found))
    assert [point for point in found if len(points.meanings().get(point, "")) < 20] == []


def test_the_page_lists_the_points_of_the_code() -> None:
    """Run scripts/crash-matrix --write when this fails: with --point for new points only."""
    text = matrix.PAGE.read_text()
    assert text == matrix.page(matrix.kept()), "what the page says besides the matrix is not what the code says"
    assert {point for point, _ in matrix.kept()} == set(matrix.ROWS), "a point that no run has reached"
    assert {flow for _, flow in matrix.kept()} == set(matrix.COLUMNS)


def test_a_page_is_read_back_as_it_was_written() -> None:
    cells = {("journal.mined", "issue"): matrix.Counter({"service": 2, "node": 1, "database": 1})}
    assert matrix.read(matrix.page(cells)) == cells
