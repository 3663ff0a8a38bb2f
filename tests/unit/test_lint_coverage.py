"""Test wordings counted by the entry they expect."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.bootstrap import Wiring
from bot.cli import main
from intents.faq import FaqBase, load_faq, parse_faq
from intents.lint_coverage import check_coverage, count_expected, names_entries
from tests.fakes import FakeClock, answer, understanding_of
from tests.faq_rows import FOLDER

TODAY = date(2026, 11, 22)
FAQ = parse_faq(
    """\
entries:
  - {id: hund, question: Hund?, answer: Ja.}
  - {id: katze, question: Katze?, answer: Ja.}
  - {id: alt, question: Früher?, answer: Ja., valid_until: 2020-01-01}
  - {id: fremd, question: Ausweis?, answer: Dort., kind: redirect}
""",
    "f.yaml",
)
ROWS = """\
- {say: a, expect: hund}
- {say: b, expect: [hund, katze]}
- {say: c, expect: hund}
- {say: d, expect: redirect}
- {say: e, expect: none}
"""


def found(folder: Path) -> list[str]:
    """Return the findings as they are printed; the folder's name may have been cut."""
    lines = (str(finding).replace(str(folder), "ORDNER") for finding in check_coverage(FAQ, folder, today=TODAY))
    return [re.sub(r"In \S+ erwarten", "In ORDNER erwarten", line) for line in lines]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with test wordings, and a file that holds none."""
    made = tmp_path / "wordings"
    made.mkdir()
    (made / "a.yaml").write_text(ROWS, encoding="utf-8")
    (made / "liste.yaml").write_text("- ein Satz\n- noch einer\n", encoding="utf-8")
    return made


def test_entries_that_few_test_wordings_expect_are_named(folder: Path) -> None:
    """A wording for several entries counts for each; one for a redirect counts for every redirect."""
    few = "In ORDNER erwarten nur 1 Testformulierungen diesen Eintrag, mindestens 3 sind sinnvoll"
    assert found(folder) == [
        f"f.yaml:3:10: Hinweis: Eintrag 'katze': {few}",
        f"f.yaml:5:10: Hinweis: Eintrag 'fremd': {few}",
    ]


def test_an_entry_that_nobody_tests_is_a_hint(folder: Path) -> None:
    """It is said and fails no check; entries outside their dates need no tests."""
    (folder / "a.yaml").write_text("- {say: a, expect: hund}\n", encoding="utf-8")
    findings = list(check_coverage(FAQ, folder, today=TODAY))
    assert [finding.line for finding in findings if "Keine Testformulierung" in finding.message] == [3, 5]
    assert not any(finding.fails for finding in findings)


def test_both_endings_of_yaml_files_are_read(folder: Path) -> None:
    """And no others."""
    (folder / "a.yaml").rename(folder / "a.yml")
    (folder / "b.yabml").write_text("- {say: a, expect: fremd}\n", encoding="utf-8")
    counts, unreadable = count_expected(folder)
    assert counts == {"hund": 3, "katze": 1, "redirect": 1, "none": 1}
    assert unreadable == []


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    """With the place where it goes wrong."""
    (folder / "kaputt.yaml").write_text("- {say: a\n- b: [\n", encoding="utf-8")
    assert any(re.match(r"ORDNER/kaputt\.yaml:\d+:\d+: Diese Datei", line) for line in found(folder))


def test_a_folder_of_another_faq_is_told_apart(folder: Path, tmp_path: Path) -> None:
    """It names none of the entries."""
    assert names_entries(FAQ, folder)
    assert not names_entries(FaqBase((replace(FAQ.entries[0], id="vogel"),)), folder)
    assert not names_entries(FAQ, tmp_path / "nirgends")


def test_every_entry_of_the_shipped_faq_is_tested(shipped_faq: FaqBase) -> None:
    """At least three wordings expect each of them."""
    assert list(check_coverage(shipped_faq, FOLDER, today=TODAY)) == []


@pytest.fixture
def wiring(tiny_faq: Path) -> Wiring:
    """Return a program that finds every wording of the small FAQ."""
    entries = load_faq(tiny_faq).entries
    table = {text: answer(entry.id) for entry in entries for text in entry.phrasings}
    return Wiring(FakeClock(), understanding_of(table))


@pytest.mark.parametrize(
    ("rows", "code", "lines"),
    [
        ("- {say: a, expect: [beschluss, begleitung]}", 0, 2),
        ("- {say: a, expect: beschluss}", 0, 2),
        ("- {say: a, expect: vogel}", 0, 0),
    ],
)
def test_the_folder_beside_the_faq_is_counted(
    rows: str, code: int, lines: int, tiny_faq: Path, wiring: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hints alone are printed and fail nothing; a folder that belongs to another FAQ is left alone."""
    folder = tiny_faq.parent / "tests" / "faq"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(rows, encoding="utf-8")
    assert main(["check", "--faq", str(tiny_faq)], wiring=wiring) == code
    assert capsys.readouterr().out.count("\n") == lines


def test_a_folder_that_is_named_counts_in_any_case(
    tiny_faq: Path, folder: Path, wiring: Wiring, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two entries, none of them expected; a folder that is not there is wrong usage."""
    assert main(["check", "--faq", str(tiny_faq), "--tests", str(folder)], wiring=wiring) == 0
    assert capsys.readouterr().out.count("Keine Testformulierung") == 2
    assert main(["check", "--faq", str(tiny_faq), "--tests", str(folder / "nirgends")], wiring=wiring) == 2
    assert "Verzeichnis nicht gefunden" in capsys.readouterr().err
