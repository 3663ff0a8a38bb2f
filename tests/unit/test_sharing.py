"""Which tests stay on one worker."""

from pathlib import Path

from tests.sharing import ANYWHERE, TOGETHER, group_of

ROOT = Path(__file__).parents[2]


def test_files_that_share_something_stay_together() -> None:
    """Whatever folder they are in; all others by file."""
    assert group_of("tests/e2e/test_groups.py::test_a") == group_of("tests/integration/test_docs.py::test_b[x::y]")
    assert group_of("tests/unit/test_memo.py::test_a[1]") == group_of("tests/unit/test_memo.py::test_b")
    assert group_of("tests/unit/test_memo.py::test_a") != group_of("tests/unit/test_text.py::test_a")


def test_tests_that_share_nothing_go_anywhere() -> None:
    """Each by itself."""
    assert group_of("tests/telegram/test_sending.py::test_a") != group_of("tests/telegram/test_sending.py::test_b")


def test_every_place_that_is_named_exists() -> None:
    """Else a file that was moved would be dealt out in pieces."""
    assert [place for place in (*TOGETHER, *ANYWHERE) if not (ROOT / place).exists()] == []
