"""The German pipeline: spellings, typos, base forms, compound parts."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import intents.pipeline
from intents.pipeline import (
    COMPONENTS,
    Analyser,
    Vocabulary,
    allowed_typos,
    build_pipeline,
    compound_parts,
    from_dialect,
    is_known,
    lemma_of,
    split_by,
    with_umlauts,
)

FAQ_TEXTS = (
    "Wo bekomme ich einen Personalausweis?",
    "Was kostet die Hundesteuer?",
    "Wer hat die Digitalstrategie beschlossen?",
    "Bürgerbeteiligung und Haushalt",
)
ANALYSER = Analyser.for_texts(FAQ_TEXTS)


def read(text: str) -> tuple[str, ...]:
    """Return the base forms of a text."""
    return tuple(word.lemma for word in ANALYSER.analyse(text).words)


def repaired(text: str) -> str:
    """Return a text with its typos mended."""
    return ANALYSER.analyse(text).repaired_text


def test_the_pipeline_has_its_components_in_order() -> None:
    """Spelling comes before typos, typos before base forms, base forms before parts."""
    assert tuple(build_pipeline(Vocabulary()).pipe_names) == COMPONENTS


@pytest.mark.parametrize(
    "texts",
    [
        ("Kosten", "KOSTEN", "kosten"),
        ("Reise", "Reisen", "reisen"),
        ("Müll", "Muell", "MÜLL", "muell"),
        ("Bürgerbeteiligung", "buergerbeteiligung", "BUERGERBETEILIGUNG"),
        ("beschlossen", "beschließen", "beschloss"),
        ("Führungszeugnis", "Fuehrungszeugnis"),
    ],
)
def test_forms_of_a_word_share_their_base_form(texts: tuple[str, ...]) -> None:
    """Case, inflection and umlaut spelling make no difference."""
    assert len({read(text) for text in texts}) == 1


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        ("Personalausweiss", "Personalausweis"),
        ("Hundestuer", "Hundesteuer"),
        ("hundesteur", "Hundesteuer"),
        ("digitalstratgie", "Digitalstrategie"),
        ("Haushlat", "Haushalt"),
    ],
)
def test_a_typo_is_mended_by_the_faqs_own_words(typo: str, word: str) -> None:
    """A dropped, doubled or swapped letter in a long word."""
    assert repaired(f"was ist mit {typo} los").split()[3] == word


@pytest.mark.parametrize("text", ["Hund und Katze", "Haus halten", "KPMG", "Steuern zahlen", "Ausweise", "2030"])
def test_known_words_are_never_mended(text: str) -> None:
    """A dictionary word is no typo, however near the FAQ's words are; nor is an abbreviation or a number."""
    assert repaired(text) == text


@pytest.mark.parametrize(("length", "typos"), [(4, 0), (5, 1), (8, 1), (9, 2), (30, 2)])
def test_long_words_may_have_more_typos(length: int, typos: int) -> None:
    """None below five letters, one from five, two from nine."""
    assert allowed_typos("a" * length) == typos


def test_nothing_near_gives_nothing() -> None:
    """A word that is far from the vocabulary is left alone."""
    vocabulary = Vocabulary.from_words(["Personalausweis", "Rathaus"])
    assert vocabulary.near("waschmaschine") is None
    assert vocabulary.near("ratjaus") == "Rathaus"
    assert vocabulary.near("rat") is None


def test_the_first_spelling_of_a_word_wins() -> None:
    """The vocabulary keeps one spelling; short and mixed words are left out."""
    vocabulary = Vocabulary.from_words(["Straße", "Strasse", "ab", "A4-Blatt"])
    assert vocabulary.spellings == {"strasse": "Straße"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("wia isch des", "wie ist das"),
        ("des isch nix", "das ist nichts"),
        ("i han koin ausweis", "ich han kein ausweis"),
        ("wo kann i mi ummelda", "wo kann i mi ummelden"),
        ("was hend die gschafft", "was haben die geschafft"),
        ("hat a firma gholfa", "hat a firma geholfen"),
    ],
)
def test_regional_forms_are_read_as_standard_german(said: str, meant: str) -> None:
    """Clear ones always; «i», «des», «a» only beside a clear one."""
    assert repaired(said) == meant


def test_standard_words_are_not_taken_for_dialect() -> None:
    """«des», «noch» and «mir» are words of their own in standard German."""
    assert repaired("des Rates, noch einmal mit mir") == "des Rates, noch einmal mit mir"


def test_dialect_needs_a_known_standard_form() -> None:
    """Foreign words with the same ending stay as they are."""
    assert from_dialect("ummelda") == "ummelden"
    assert from_dialect("Gschafft") == "Geschafft"
    assert [from_dialect(word) for word in ("Pizza", "Toyota", "ja", "x9a9a")] == [None] * 4


def test_missing_umlaut_dots_are_restored_where_a_dictionary_has_the_word() -> None:
    """«Muell» is «Müll»; «Steuer» is «Steuer»."""
    assert with_umlauts("Muell") == "Müll"
    assert with_umlauts("fuehrungszeugnis") == "führungszeugnis" or with_umlauts("fuer") == "für"
    assert [with_umlauts(word) for word in ("Steuer", "neue", "Xyzzy", "12")] == [None] * 4


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Rechnungsprüfungsamt", ("rechnung", "prufung", "amt")),
        ("Bürgerbeteiligung", ("burger", "beteiligung")),
        ("hundesteuer", ("hund", "steuer")),
        ("Haus", ()),
        ("gehen", ()),
    ],
)
def test_compounds_are_taken_apart(word: str, parts: tuple[str, ...]) -> None:
    """Into base forms, without linking letters; a simple word has no parts."""
    assert compound_parts(word) == parts


def test_a_simple_word_is_its_own_part() -> None:
    """So that parts can always be compared."""
    assert [word.parts for word in ANALYSER.analyse("Kosten").words] == [("kosten",)]


def test_words_are_split_by_known_words_that_cover_them() -> None:
    """With a linking element, never with letters left over."""
    known = {"haushalt", "plan", "stadt"}.__contains__
    assert split_by("haushaltsplan", known) == ("haushalt", "plan")
    assert split_by("stadtplan", known) == ("stadt", "plan")
    assert split_by("stadtxplan", known) == ()
    assert split_by("plan", known) == ()


def test_stop_words_are_marked_in_every_form() -> None:
    """Only what carries meaning is content."""
    assert [word.text for word in ANALYSER.analyse("Wer hat denn auch noch die Steuer beschlossen?").content] == [
        "Steuer",
        "beschlossen",
    ]
    assert ANALYSER.analyse("und was ist das denn").content == ()


def test_punctuation_is_no_word() -> None:
    """Signs alone give no words."""
    assert ANALYSER.analyse("?! … – ()").words == ()


def test_repairs_touch_only_the_mistyped_word() -> None:
    """Everything else stays as typed."""
    assert repaired("Was kostet die Hundestuer, bitte?") == "Was kostet die Hundesteuer, bitte?"


def test_the_same_text_is_read_once() -> None:
    """Results are plain values and cached."""
    assert ANALYSER.analyse("Was kostet das?") is ANALYSER.analyse("Was kostet das?")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    """No input raises; every word has a base form and parts."""
    assert all(word.parts and word.lemma is not None for word in ANALYSER.analyse(text).words)


def test_a_word_is_known_in_every_case_and_umlaut_spelling() -> None:
    """The dictionary is asked for all spellings."""
    assert all(is_known(word) for word in ("Müll", "muell", "MÜLL", "haus"))
    assert not is_known("xqzt")
    assert lemma_of("HÄUSER") == lemma_of("häuser") == "haus"


def test_the_regional_forms_are_lower_case_and_stand_once() -> None:
    """A form in two groups would mean two things."""
    path = Path(intents.pipeline.__file__).with_name("spelling.yaml")
    data: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    forms = [form for group in data.values() for each in group.values() for form in each]
    assert set(data) == {"colloquial", "beside_others"}
    assert all(isinstance(form, str) and form == form.lower() for form in forms)
    assert len(forms) == len(set(forms))


def test_abbreviations_are_names_but_keep_their_letters() -> None:
    """«HHKO» names something as a noun does; «Hhko» is no word."""
    analyser = Analyser.for_texts(["Was ist die HHKO im Haushalt?", "ZuP 24"])
    assert analyser.is_noun("hhko")
    assert analyser.is_noun("ZUP")
    assert analyser.is_noun("haushalt")
    assert not analyser.is_noun("ist")
    assert analyser.truecased("was kostet der haushalt der hhko") == "Was kostet der Haushalt der hhko"


def test_a_shouted_function_word_is_no_abbreviation() -> None:
    """«DAS» names nothing, so that «das» still points back; words without end are read in no time."""
    analyser = Analyser.for_texts(["Wir sagen Ihnen DAS und WER hilft", "A" * 20_000 + "1"])
    assert not analyser.is_noun("das")
    assert not analyser.is_noun("wer")
