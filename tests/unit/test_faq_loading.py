"""Loading the FAQ: what is accepted, and what each slip is told, at which place."""

import os
from dataclasses import fields
from datetime import date
from hashlib import sha256
from pathlib import Path
from time import perf_counter

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

MINIMAL = """\
entries:
  - id: hund
    question: Wo melde ich meinen Hund an?
    answer: Im Rathaus.
"""

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
    not_questions: [Wo melde ich meine Katze an?]
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
    expected = FaqBase(
        (hund, katze), "Musterstadt", contact, synonyms, sha256(FULL.encode()).hexdigest()[:16]
    )
    assert parse_faq(FULL) == expected


def test_the_table_of_fields_names_what_an_entry_has() -> None:
    """The fields of the file are the fields of the values, so that none is forgotten."""
    for record, value in (("entry", FaqEntry), ("source", Source), ("contact", Contact)):
        assert {field.name for field in RECORDS[record]} == {field.name for field in fields(value)}


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
    assert faq.position("hund", "sources", 1) == Position(21, 60)
    assert faq.position("", "synonyms", 0) == Position(7, 5)
    assert faq.position("katze", "answer") == Position(31, 13)
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


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1:1: Die Datei ist leer"),
        ("# nur eine Notiz\n", "1:1: Die Datei ist leer"),
        ("- id: a\n", "1:1: Die Datei muss mit einem Feld beginnen, zum Beispiel 'entries:' und darunter die Einträge"),
        ("title: x\n", "1:1: 'entries' fehlt"),
        ("entries:\n", "1:9: 'entries' ist leer"),
        ("entries: []\n", "1:10: Die Datei enthält keinen Eintrag"),
        ("entries: [x]\n", "1:11: 'entries' Nr. 1 muss aus Feldern bestehen ('Feldname: Wert'), hier steht ein Text"),
        ("schema: 2\n" + MINIMAL, "1:9: Diese Fassung liest nur 'schema: 1', hier steht '2'"),
        (MINIMAL + MINIMAL, "5:1: 'entries' steht schon in Zeile 1"),
        (
            MINIMAL + "  - id: hund\n    question: q\n    answer: a\n",
            "5:9: Die id 'hund' ist schon in Zeile 2 vergeben",
        ),
        (MINIMAL.replace("hund", "Hund_1"), "2:9: Eintrag 'Hund_1': 'Hund_1' ist keine gültige id: 1 bis 48 Zeichen, "
         "nur Kleinbuchstaben a bis z, Ziffern und Bindestrich"),
        (MINIMAL.replace("id: hund", "category: Tiere"), "2:5: 1. Eintrag: 'id' fehlt"),
        (MINIMAL.replace("    answer: Im Rathaus.\n", ""), "2:5: Eintrag 'hund': 'answer' fehlt"),
        (MINIMAL.replace(" Im Rathaus.", ""), "4:12: Eintrag 'hund': 'answer' ist leer"),
        (MINIMAL.replace("Im Rathaus.", "''"), "4:13: Eintrag 'hund': 'answer' ist leer"),
        (MINIMAL.replace("Im Rathaus.", "null"), "4:13: Eintrag 'hund': 'answer' ist leer"),
        (with_line("alternate: [x]"), "5:5: Eintrag 'hund': unbekanntes Feld 'alternate'. Meinten Sie 'alternates'?"),
        (with_line("Frage: x"), "5:5: Eintrag 'hund': unbekanntes Feld 'Frage'. Meinten Sie 'question'?"),
        (
            "contact: {fax: 1}\n" + MINIMAL,
            "1:11: Kontakt: unbekanntes Feld 'fax'. Erlaubt sind: name, website, phone, hours, imprint, privacy",
        ),
        (with_line("id: noch-eine"), "5:5: Eintrag 'hund': 'id' steht schon in Zeile 2"),
        (with_line("? [a]\n    : b"), "5:7: Eintrag 'hund': Ein Feldname muss ein einfaches Wort sein"),
        (with_line("alternates: hund"), "5:17: Eintrag 'hund': 'alternates' muss eine Liste sein "
         "(jede Zeile beginnt mit '- '), hier steht ein Text"),
        (with_line("alternates: [a, '']"), "5:21: Eintrag 'hund': 'alternates' Nr. 2 ist leer"),
        (with_line("alternates:\n      - Was heißt: Hund?"), "6:9: Eintrag 'hund': 'alternates' Nr. 1 muss ein Text "
         "sein, hier steht Feldname und Wert. Gehört der Doppelpunkt zum Text, setzen Sie den ganzen Text in "
         "Anführungszeichen"),
        (with_line("category: [a]"), "5:15: Eintrag 'hund': 'category' muss ein Text sein, hier steht eine Liste"),
        (with_line("kind: answr"), "5:11: Eintrag 'hund': 'kind' kennt 'answr' nicht. Meinten Sie 'answer'?"),
        (with_line("kind: x"), "5:11: Eintrag 'hund': 'kind' kennt 'x' nicht. Erlaubt sind: answer, redirect, meta"),
        (with_line("updated: 1.11.2026"), "5:14: Eintrag 'hund': 'updated' ist kein Datum: '1.11.2026'. "
         "Bitte schreiben Sie JJJJ-MM-TT, zum Beispiel 2026-11-01"),
        (with_line("review_by: 2026-02-30"), "5:16: Eintrag 'hund': 'review_by' ist kein Datum: '2026-02-30'. "
         "Bitte schreiben Sie JJJJ-MM-TT, zum Beispiel 2026-11-01"),
        (with_line("valid_from: 2026-02-01\n    valid_until: 2026-01-01"), "5:17: Eintrag 'hund': 'valid_from' "
         "(2026-02-01) liegt nach 'valid_until' (2026-01-01)"),
        (with_line("sources: [{url: x}]"), "5:15: Eintrag 'hund': 1. Quelle: 'title' fehlt"),
        ("synonyms: [[a, b], []]\n" + MINIMAL, "1:20: 'synonyms' Nr. 2 ist leer"),
        (with_line('category: "a\\0b"'), "5:15: Eintrag 'hund': 'category' enthält ein unsichtbares Steuerzeichen "
         "(U+0000). Bitte löschen Sie es"),
    ],
)  # fmt: skip
def test_slips_in_fields_are_named_with_their_place(content: str, expected: str) -> None:
    """Each slip in the fields gives one German sentence at the exact line and column."""
    assert findings(content) == [f"f.yaml:{expected}"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (with_line("category: &tiere Tiere"), "5:15: '&tiere' ist in YAML ein Anker, Anker sind hier nicht erlaubt. "
         "Ist ein Text gemeint, setzen Sie ihn in Anführungszeichen"),
        (with_line("category: *tiere"), "5:15: '*tiere' ist in YAML ein Verweis, Verweise sind hier nicht erlaubt. "
         "Ist ein Text gemeint, setzen Sie ihn in Anführungszeichen"),
        (with_line("category: !!python/object/apply:os.system [ls]"), "5:15: '!!python/object/apply:os.system' ist in "
         "YAML eine Typangabe, Typangaben sind hier nicht erlaubt. Ist ein Text gemeint, setzen Sie ihn in "
         "Anführungszeichen"),
        (with_line("<<: {category: x}"), "5:5: Eintrag 'hund': '<<' (Einfügen) ist hier nicht erlaubt. "
         "Bitte schreiben Sie die Felder aus"),
        (MINIMAL + "---\ntitle: x\n", "5:1: Hier beginnt ein zweites Dokument ('---'). Erlaubt ist nur eines"),
        (MINIMAL + "\tcategory: x\n", "5:1: Hier steht ein Tabulator. Bitte rücken Sie mit Leerzeichen ein"),
        ("[" * 10_000, "1:21: Hier ist die Datei tiefer als 20 Ebenen verschachtelt"),
        ("{a: " * 10_000, "1:81: Hier ist die Datei tiefer als 20 Ebenen verschachtelt"),
        ("- " * 10_000, "1:41: Hier ist die Datei tiefer als 20 Ebenen verschachtelt"),
        (MINIMAL + "\x00", "5:1: Hier steht ein unsichtbares Steuerzeichen (U+0000). Bitte löschen Sie es"),
        ("title: ü\x0b\n" + MINIMAL, "1:9: Hier steht ein unsichtbares Steuerzeichen (U+000B). Bitte löschen Sie es"),
        ("title: \ud800\n", "1:8: Ab hier ist die Datei nicht als UTF-8 gespeichert (Byte 0xED). "
         "Bitte als UTF-8 speichern"),
        ("title: ß\nname: Köln\n".encode("latin-1"), "1:8: Ab hier ist die Datei nicht als UTF-8 gespeichert "
         "(Byte 0xDF). Bitte als UTF-8 speichern"),
        ("# ä\r\ntitle: ä".encode() + b"\xff", "2:9: Ab hier ist die Datei nicht als UTF-8 gespeichert (Byte 0xFF). "
         "Bitte als UTF-8 speichern"),
        (MINIMAL.encode("utf-16"), "1:1: Die Datei ist als UTF-16 gespeichert. Bitte als UTF-8 speichern"),
        (MINIMAL.encode("utf-16-be"), "1:1: Die Datei ist als UTF-16 gespeichert. Bitte als UTF-8 speichern"),
        (b"x" * (MAX_BYTES + 1), "1:1: Die Datei ist größer als 32 MB. Bitte teilen oder kürzen Sie sie"),
    ],
)  # fmt: skip
def test_unwanted_yaml_and_bytes_are_refused(content: str | bytes, expected: str) -> None:
    """Aliases, tags, bombs, foreign encodings and control characters are refused in German."""
    assert findings(content) == [f"f.yaml:{expected}"]


@pytest.mark.parametrize(
    ("line", "place", "start"),
    [
        ("category: Hund: Katze", "5:19", "Dieser Doppelpunkt ist hier nicht erlaubt"),
        ("category: @hund", "5:15", "Ein Text darf nicht mit '@' beginnen"),
        ("category: %hund", "5:15", "Ein Text darf nicht mit '%' beginnen"),
        ("category: *Hund*: ja", "5:15", "Ein Text darf nicht mit '*' oder '&' beginnen"),
        ("category: ? x", "5:15", "Ein Text darf nicht mit '? ' beginnen"),
        ("category: 'Hund", "5:15", "Dieses Anführungszeichen wird nirgends geschlossen"),
        ("category: 'Hund' heißt er", "5:22", "Hier wird ein Feld erwartet"),
        ('category: "C:\\Daten"', "5:18", "Ein Rückstrich '\\' hat zwischen doppelten Anführungszeichen"),
        ("category: [Hund", "5:15", "Zu dieser Klammer '[' fehlt"),
        ("category: {Hund: 1", "5:15", "Zu dieser Klammer '{' fehlt"),
        ("category: - Hund", "5:15", "Eine Liste mit '- ' muss in einer neuen Zeile beginnen"),
        ("category: | Hund", "5:17", "Nach '|' oder '>' muss der Text in der nächsten Zeile beginnen"),
        ("category: }", "5:15", "Hier wird ein Wert erwartet"),
        ("nur ein text", "5:5", "In dieser Zeile fehlt ein Doppelpunkt"),
        (" category: x", "5:6", "Hier wird ein Feld erwartet"),
    ],
)  # fmt: skip
def test_messages_of_the_yaml_library_are_german(line: str, place: str, start: str) -> None:
    """A slip in YAML itself is explained in German, with the library's words at the end."""
    (found,) = findings(with_line(line))
    assert found.startswith(f"f.yaml:{place}: {start}")
    assert "(YAML: " in found


def test_all_errors_are_told_at_once_sorted_by_place() -> None:
    """An editor sees every slip in one go, from top to bottom."""
    content = "entries:\n  - {id: A, question: q}\n  - {id: b, question: '', answer: a, foo: 1}\nschema: 3\n"
    assert [line.split(": ")[0] for line in findings(content)] == [
        "f.yaml:2:5",
        "f.yaml:2:10",
        "f.yaml:3:22",
        "f.yaml:3:37",
        "f.yaml:4:9",
    ]


def test_endless_errors_are_counted() -> None:
    """A file that is no FAQ at all gives a bounded list, with the number of the rest."""
    found = findings("entries:\n" + "  - x\n" * (MOST + 5))
    assert len(found) == MOST + 1
    assert found[-1] == f"f.yaml:{MOST + 2}:5: Ab hier gibt es 5 weitere Fehler"


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_named_so(tmp_path: Path) -> None:
    """A file without read permission gets its sentence."""
    path = tmp_path / "faq.yaml"
    path.touch(mode=0)
    with pytest.raises(FaqError, match="darf nicht gelesen werden"):
        load_faq(path)


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
NOISE = st.sampled_from(
    ["\t", "\0", "\x85", "\ufeff", "&a ", "*a", "!!x ", "<<: ", "---\n", "'", '"', "[", "{", "]", "}", ": ", "- ", "|\n", "#", "%", "\n", "ä"]
)  # fmt: skip


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


def check_that_it_loads_or_explains(content: bytes) -> None:
    """Load the content; the only way to fail is an FaqError that names places in it."""
    try:
        faq = parse_faq(content)
    except FaqError as error:
        assert error.findings
        assert all(
            finding.line >= 1 and finding.column >= 1 and finding.message for finding in error.findings
        )
    else:
        assert all(entry.id and entry.question and entry.answer for entry in faq.entries)


@given(mutations())
@example(FULL.encode())
@settings(max_examples=400, deadline=None, derandomize=True)
def test_damaged_files_load_or_are_explained(content: bytes) -> None:
    """Whatever happens to a file, it loads or is refused with places: never a traceback."""
    check_that_it_loads_or_explains(content)


@given(mutations())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_damaged_files_are_explained_without_the_c_library(content: bytes) -> None:
    """The same holds where PyYAML comes without libyaml."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faq_nodes, "_LOADER", yaml.SafeLoader)
        check_that_it_loads_or_explains(content)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_anything_at_all_loads_or_is_explained(content: str | bytes) -> None:
    """Random bytes and texts never end in a traceback either."""
    with pytest.raises(FaqError):
        parse_faq(content)
