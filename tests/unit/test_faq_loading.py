"""Loading the FAQ: what is accepted, and what each slip is told, at which place."""

import os
from dataclasses import fields
from datetime import date
from errno import EACCES
from hashlib import sha256
from pathlib import Path, PosixPath
from time import perf_counter
from typing import NoReturn

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intents import faq_nodes
from intents.errors import FaqError
from intents.faq import Contact, FaqBase, FaqEntry, Kind, Position, Source, load_faq, parse_faq
from intents.faq_bytes import MAX_BYTES
from intents.faq_fields import RECORDS
from intents.faq_report import MOST
from intents.messages import catalogue

SLIPS = yaml.safe_load(Path(__file__).with_name("faq_slips.yaml").read_text(encoding="utf-8"))
MINIMAL: str = SLIPS["minimal"]

FULL = """\
schema: 1
title: Musterstadt
contact:
  name: Rathaus
  phone: 07131 56-0
synonyms:
  - [Perso, Personalausweis]
entries:
  - id: hund
    kind: answer
    category: Tiere
    question: Wo melde ich meinen Hund an?
    alternates:
      - hund anmelden
      - 'Wie geht''s mit der Hundesteuer?'
    not_questions: ['Wo melde ich meine Katze an?']
    answer: |
      Im *Rathaus*.

      - Zimmer 1
    plain_answer: Gehen Sie ins Rathaus.
    sources: [{title: Satzung, url: "https://example.org"}, {title: Amtsblatt}]
    department: Steueramt
    updated: 2026-11-01
    valid_from: 2026-01-01
    valid_until: "2026-12-31"
    review_by: 2026-12-01
    follow_ups: [katze]
  - id: katze
    kind: redirect
    question: Wo melde ich meine Katze an?
    answer: Gar nicht.
"""


def findings(content: str | bytes) -> list[str]:
    """Return what loading complains about, as it is printed."""
    with pytest.raises(FaqError) as caught:
        parse_faq(content, "f.yaml")
    return [str(finding) for finding in caught.value.findings]


def with_line(line: str) -> str:
    """Return the minimal file with one more line in its entry, which is line 5."""
    return f"{MINIMAL}    {line}\n"


def test_every_field_is_read() -> None:
    """A file with every field becomes the values one would write in code."""
    hund = FaqEntry(
        id="hund",
        kind=Kind.ANSWER,
        category="Tiere",
        question="Wo melde ich meinen Hund an?",
        alternates=("hund anmelden", "Wie geht's mit der Hundesteuer?"),
        not_questions=("Wo melde ich meine Katze an?",),
        answer="Im *Rathaus*.\n\n- Zimmer 1",
        plain_answer="Gehen Sie ins Rathaus.",
        sources=(Source("Satzung", "https://example.org"), Source("Amtsblatt")),
        department="Steueramt",
        updated=date(2026, 11, 1),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        review_by=date(2026, 12, 1),
        follow_ups=("katze",),
    )
    katze = FaqEntry("katze", "Wo melde ich meine Katze an?", "Gar nicht.", kind=Kind.REDIRECT)
    contact = Contact(name="Rathaus", phone="07131 56-0")
    synonyms = (("Perso", "Personalausweis"),)
    expected = FaqBase((hund, katze), "Musterstadt", contact, synonyms, sha256(FULL.encode()).hexdigest()[:16])
    assert parse_faq(FULL) == expected


def test_the_table_of_fields_names_what_an_entry_has() -> None:
    """The fields of the file are the fields of the values, so that none is forgotten."""
    for record, value in (("entry", FaqEntry), ("source", Source), ("contact", Contact)):
        ours = {field.name for field in fields(value)} - {"blocked"}  # set by people at once, beside the file
        assert {field.name for field in RECORDS[record]} == ours


def test_entries_alone_are_a_complete_file() -> None:
    """A file with nothing but id, question and answer loads."""
    faq = parse_faq(MINIMAL)
    assert faq.get("hund") == FaqEntry("hund", "Wo melde ich meinen Hund an?", "Im Rathaus.")
    assert faq.get("katze") is None


def test_every_value_knows_its_place() -> None:
    """Fields, list items and synonyms can be found again in the file."""
    faq = parse_faq(FULL)
    assert faq.position("hund", "question") == Position(12, 15)
    assert faq.position("hund", "alternates", 1) == Position(15, 9)
    assert faq.position("hund", "sources", 1) == Position(22, 61)
    assert faq.position("", "synonyms", 0) == Position(7, 5)
    assert faq.position("katze", "answer") == Position(32, 13)
    assert faq.position("katze", "alternates", 7) == faq.position("katze", "id")


@pytest.mark.parametrize("written", ["2030", "ja", "no", "115", "1e3", "2026-11-01", "0x1F", "1_000", "Null"])
def test_plain_values_are_taken_as_text(written: str) -> None:
    """What YAML would take for a number, truth value or date stays the text that was written."""
    faq = parse_faq(f"{MINIMAL}    alternates: [{written}]\n    category: {written}x\n")
    assert faq.entries[0].alternates == (written,)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + MINIMAL,
        b"\xef\xbb\xbf" + MINIMAL.encode(),
        MINIMAL.replace("\n", "\r\n"),
        "---\n" + MINIMAL + "...\n",
        "# Notiz\n" + MINIMAL,
        with_line("alternates: []"),
        with_line("category: Ämter \U0001f415 für\u2028Hunde"),
        "schema: '1'\n" + MINIMAL,
    ],
)
def test_harmless_forms_load(content: str | bytes) -> None:
    """Byte order marks, Windows line ends, document marks and emoji do no harm."""
    assert parse_faq(content).entries[0].answer == "Im Rathaus."


def test_the_same_wording_may_stand_in_two_entries() -> None:
    """Equal wordings are for the lint; loading takes them."""
    faq = parse_faq(MINIMAL + MINIMAL.replace("entries:\n", "").replace("id: hund", "id: welpe"))
    assert faq.entries[0].question == faq.entries[1].question


def slips() -> list[tuple[str, str]]:
    """Return broken files, each with the sentence it gets."""
    return [(slip.get("file", MINIMAL + slip.get("more", "")), slip["says"]) for slip in SLIPS["slips"]]


@pytest.mark.parametrize(("content", "expected"), slips())
def test_slips_are_named_with_their_place(content: str, expected: str) -> None:
    """Each slip gives one German sentence at the exact line and column."""
    assert findings(content) == [f"f.yaml:{expected}"]


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        ("[" * 10_000, "1:21", "tiefer als 20 Ebenen"),
        ("{a: " * 10_000, "1:81", "tiefer als 20 Ebenen"),
        ("- " * 10_000, "1:41", "tiefer als 20 Ebenen"),
        (MINIMAL + "\x00", "5:1", "Steuerzeichen (U+0000)"),
        ("title: ü\x0b\n" + MINIMAL, "1:9", "Steuerzeichen (U+000B)"),
        ("title: \ud800\n", "1:8", "(Byte 0xED). Bitte als UTF-8 speichern"),
        ("title: ß\nname: Köln\n".encode("latin-1"), "1:8", "(Byte 0xDF). Bitte als UTF-8 speichern"),
        ("# ä\r\ntitle: ä".encode() + b"\xff", "2:9", "(Byte 0xFF). Bitte als UTF-8 speichern"),
        (MINIMAL.encode("utf-16"), "1:1", "als UTF-16 gespeichert. Bitte als UTF-8 speichern"),
        (MINIMAL.encode("utf-16-be"), "1:1", "als UTF-16 gespeichert. Bitte als UTF-8 speichern"),
        (b"x" * (MAX_BYTES + 1), "1:1", "größer als 32 MB"),
    ],
    ids=range(11),
)
def test_bombs_and_foreign_bytes_are_refused(content: str | bytes, place: str, part: str) -> None:
    """Deep nesting, foreign encodings and control characters get one sentence with the place."""
    (found,) = findings(content)
    assert found.startswith(f"f.yaml:{place}: ")
    assert part in found


def test_all_errors_are_told_at_once_sorted_by_place() -> None:
    """An editor sees every slip in one go, from top to bottom."""
    slips = "  - {id: A, question: q}\n  - {id: b, question: '', answer: a, foo: 1}\n"
    content = f"entries:\n{slips}schema: 3\n"
    assert [line.split(": ")[0] for line in findings(content)] == [
        "f.yaml:2:5",
        "f.yaml:2:10",
        "f.yaml:3:23",
        "f.yaml:3:38",
        "f.yaml:4:9",
    ]


def test_endless_errors_are_counted() -> None:
    """A file that is no FAQ at all gives a bounded list, with the number of the rest."""
    found = findings("entries:\n" + "  - x\n" * (MOST + 5))
    assert len(found) == MOST + 1
    assert found[-1] == f"f.yaml:{MOST + 2}:5: Ab hier gibt es 5 weitere Fehler"


def test_endless_lists_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with more values than any FAQ is not read to its end."""
    monkeypatch.setattr(faq_nodes, "MAX_VALUES", 100)
    assert findings("- a\n" * 200) == [
        "f.yaml:100:3: Bis hierher hat die Datei mehr als 100 Werte. Bitte teilen oder kürzen Sie sie"
    ]


def test_long_values_are_cut_in_messages() -> None:
    """A message stays one short line, however long the value."""
    (found,) = findings(MINIMAL.replace("hund", "x" * 5_000))
    assert len(found) < 400


def test_every_known_yaml_problem_can_be_worded() -> None:
    """The sentences for YAML problems have no placeholder but the library's own words."""
    for problem in catalogue()["yaml-problems"]:
        assert problem["say"].format(detail="x").endswith("(YAML: x)")


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    """The path stands in the messages, the hash is that of the file's bytes."""
    path = tmp_path / "faq.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    faq = load_faq(path)
    assert (faq.name, faq.hash) == (str(path), sha256(path.read_bytes()).hexdigest()[:16])


def test_paths_that_are_no_files_are_told_apart(tmp_path: Path) -> None:
    """Missing files, folders and pipes each get their sentence."""
    os.mkfifo(tmp_path / "pipe")
    for name, sentence in (
        ("missing.yaml", "Die Datei gibt es nicht"),
        (".", "Das ist ein Ordner, keine Datei"),
        ("pipe", "Das ist keine gewöhnliche Datei"),
        ("nul\0", "Die Datei lässt sich nicht lesen (embedded null byte)"),
    ):
        with pytest.raises(FaqError) as caught:
            load_faq(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}:1:1: {sentence}"


class Locked(PosixPath):
    """A file that may not be read, even by root."""

    def open(self, *_: object, **__: object) -> NoReturn:
        """Refuse."""
        raise PermissionError(EACCES, "Permission denied")


def test_a_forbidden_file_is_named_so(tmp_path: Path) -> None:
    """A file without read permission gets its sentence."""
    (tmp_path / "faq.yaml").touch()
    with pytest.raises(FaqError, match="Die Datei darf nicht gelesen werden"):
        load_faq(Locked(tmp_path / "faq.yaml"))


def test_an_alias_bomb_is_refused_at_once() -> None:
    """Nothing is expanded: a billion laughs take no time."""
    lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    start = perf_counter()
    assert "Anker sind hier nicht erlaubt" in findings("\n".join(lines))[0]
    assert perf_counter() - start < 1


def test_large_files_load_quickly() -> None:
    """20,000 phrasings in one entry, and an answer of a million characters, load within seconds."""
    alternates = "".join(f"      - Wie geht das mit Nummer {number}?\n" for number in range(20_000))
    start = perf_counter()
    faq = parse_faq(f"{MINIMAL}    alternates:\n{alternates}    plain_answer: {'Ja. ' * 250_000}\n")
    assert perf_counter() - start < 5
    assert len(faq.entries[0].phrasings) == 20_001


LINES = FULL.splitlines(keepends=True)
NOISE = st.sampled_from([*"\t\0\x85\ufeff'\"[{]}\n#%ä", "&a ", "*a", "!!x ", "<<: ", "---\n", ": ", "- ", "|\n"])


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Return the full file with a few lines swapped and a few bytes deleted or inserted."""
    lines = list(LINES)
    for first, second in draw(st.lists(st.tuples(*[st.integers(0, len(lines) - 1)] * 2), max_size=2)):
        lines[first], lines[second] = lines[second], lines[first]
    content = "".join(lines).encode()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        noise = draw(st.one_of(NOISE.map(str.encode), st.binary(max_size=3)))
        content = content[:at] + noise + content[at + draw(st.integers(0, 5)) :]
    return content


def loads_or_explains(content: bytes) -> bool:
    """Load the content; the only way to fail is an FaqError that names places in it."""
    try:
        faq = parse_faq(content)
    except FaqError as error:
        return bool(error.findings) and all(found.line >= 1 and found.column >= 1 for found in error.findings)
    return all(entry.id and entry.question and entry.answer for entry in faq.entries)


@given(mutations())
@example(FULL.encode())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_damaged_files_load_or_are_explained(content: bytes) -> None:
    """Whatever happens to a file, it loads or is refused with places: never a traceback."""
    assert loads_or_explains(content)


@given(mutations())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_damaged_files_are_explained_without_the_c_library(content: bytes) -> None:
    """The same holds where PyYAML comes without libyaml."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faq_nodes, "_LOADER", yaml.SafeLoader)
        assert loads_or_explains(content)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_anything_at_all_loads_or_is_explained(content: str | bytes) -> None:
    """Random bytes and texts never end in a traceback either."""
    with pytest.raises(FaqError):
        parse_faq(content)
