"""The spaCy pipeline for German: spelling variants, typo repair, lemma, compound parts.

Each step is a registered component that writes one extension attribute of the token: `fold` (spelling), `repaired`,
`lemma`, `parts`. `Analyser` owns a pipeline and turns a text into `Analysis`, a plain value, so that nothing else needs
to know spaCy.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import spacy
import yaml
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from spacy.lang.de.stop_words import STOP_WORDS
from spacy.language import Language
from spacy.tokens import Doc, Token

from intents.text import fold, words

_SPELLING = Path(__file__).with_name("spelling.yaml")

COMPONENTS = ("spelling", "typo_repair", "case_proof_lemma", "compound_parts")
_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(r"(?<=[a-zäöüß,] )[A-ZÄÖÜ][a-zäöüß]+(?![\w-])")
"""A word with a capital that begins no sentence."""
_MIN_PART = 3
"""Letters of the shortest compound part."""
_LINKS = ("", "s", "es", "n", "en", "e", "er")
"""German linking elements between compound parts («Verwaltung-s-kosten»)."""


@dataclass(frozen=True)
class Word:
    """One word as it was read."""

    text: str
    """As typed."""
    lemma: str
    """Folded base form."""
    parts: tuple[str, ...]
    """Folded base forms of the compound parts; the lemma itself for a simple word."""
    repaired: str | None = None
    """The word it was taken for, when a typo was repaired."""
    is_stop: bool = False


@dataclass(frozen=True)
class Analysis:
    """A text as the pipeline reads it."""

    text: str
    words: tuple[Word, ...] = ()

    @property
    def content(self) -> tuple[Word, ...]:
        """The words that carry meaning."""
        return tuple(word for word in self.words if not word.is_stop)

    @property
    def repaired_text(self) -> str:
        """The text with its typos mended; the text itself where there was none."""
        mended = self.text
        for word in self.words:
            if word.repaired:
                mended = mended.replace(word.text, word.repaired, 1)
        return mended


@dataclass
class Vocabulary:
    """The words a FAQ uses: what typos are repaired to and compounds are split into."""

    spellings: dict[str, str] = field(default_factory=dict)
    """Folded form → a spelling as the FAQ writes it."""
    by_length: dict[int, list[str]] = field(default_factory=dict)
    nouns: set[str] = field(default_factory=set)
    """Folded words that stand in the FAQ with a capital inside a sentence, and nowhere without."""
    abbreviations: set[str] = field(default_factory=set)
    """Folded words that the FAQ writes with two capitals."""

    @classmethod
    def from_words(cls, words: Iterable[str]) -> "Vocabulary":
        """Build from words in their own spelling; the first spelling of a folded form wins."""
        vocabulary = cls()
        for word in words:
            vocabulary.add(word)
        return vocabulary

    def add(self, word: str) -> None:
        """Take one word in."""
        folded = fold(word)
        if folded not in self.spellings and len(folded) >= _MIN_PART and folded.isalpha():
            self.spellings[folded] = word
            self.by_length.setdefault(len(folded), []).append(folded)

    def near(self, folded: str) -> str | None:
        """Return the vocabulary's spelling of a mistyped word, or None when nothing is near enough."""
        reach = allowed_typos(folded)
        choices = [
            word
            for size in range(len(folded) - reach, len(folded) + reach + 1)
            for word in self.by_length.get(size, ())
        ]
        best = extractOne(folded, choices, scorer=OSA.distance, score_cutoff=reach) if reach else None
        if best is None or (best[1] > 1 and best[0][0] != folded[0]):
            return None
        return self.spellings[best[0]]


def allowed_typos(folded: str) -> int:
    """Edits a typo may have, by word length: none below five letters, two from nine."""
    return 0 if len(folded) < 5 else 1 if len(folded) < 9 else 2


# ------------------------------------------------------------------ dictionaries


@lru_cache(maxsize=1)
def _lookup_table() -> Mapping[str, str]:
    """SpaCy's German lemma table; read directly, since spacy.lookups hashes every key first (0.85 s against 0.2 s)."""
    import spacy_lookups_data
    import srsly

    path = Path(spacy_lookups_data.__file__).parent / "data" / "de_lemma_lookup.json.gz"
    table: Mapping[str, str] = srsly.read_gzip_json(path)
    return table


@lru_cache(maxsize=1)
def _morphology() -> Any:
    from HanTa.HanoverTagger import HanoverTagger

    return HanoverTagger("morphmodel_ger.pgz")


@lru_cache(maxsize=200_000)
def lemma_of(word: str) -> str:
    """Return the folded base form, the same for every case: «KOSTEN», «Kosten», «kosten».

    A form can be read as noun and as verb («Reisen»: Reise, reisen); the shorter reading wins, whatever the case.
    """
    readings = (_lemma(form) for form in (word.lower().capitalize(), word.lower()))
    return min((fold(reading) for reading in readings), key=lambda lemma: (len(lemma), lemma))


def _lemma(form: str) -> str:
    from simplemma import lemmatize

    lemma: str = lemmatize(form, lang="de")
    return lemma if lemma != form else _lookup_table().get(form, form)


@lru_cache(maxsize=200_000)
def is_known(word: str) -> bool:
    """Tell whether a dictionary has the word, in whatever case or umlaut spelling."""
    import simplemma

    return any(simplemma.is_known(form, lang="de") for form in _spellings(word))


@lru_cache(maxsize=200_000)
def with_umlauts(word: str) -> str | None:
    """Return the dictionary's spelling of a word typed without umlauts («Muell» → «Müll»), or None."""
    import simplemma

    if not word.isalpha() or not set("aou") & set(word.lower()):
        return None
    plain = (word.lower(), word.lower().capitalize())
    if any(simplemma.is_known(form, lang="de") for form in plain):
        return None
    form = next((form for form in _spellings(word)[2:] if simplemma.is_known(form, lang="de")), None)
    return form.capitalize() if form and word[:1].isupper() else form


@lru_cache(maxsize=1)
def _colloquial() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Regional form → standard form: those that are clear alone, and those that need another one beside them."""
    data = yaml.safe_load(_SPELLING.read_text(encoding="utf-8"))
    clear, unclear = (
        {form: standard for standard, forms in data[group].items() for form in forms}
        for group in ("colloquial", "beside_others")
    )
    return clear, unclear


@lru_cache(maxsize=200_000)
def from_dialect(word: str) -> str | None:
    """Return the standard form of a Swabian ending or participle («ummelda» → «ummelden», «gschafft» → «geschafft»)."""
    if len(word) < 5 or not word.isalpha() or is_known(word):
        return None
    low = word.lower()
    forms = [low.removesuffix("a") + "en" if low.endswith("a") else low]
    forms += ["ge" + form[1:] for form in forms if form[0] == "g" and form[1] not in "aeiouäöülr"]
    form = next((form for form in forms if form != low and is_known(form)), None)
    return form.capitalize() if form and word[:1].isupper() else form


def _spellings(word: str) -> list[str]:
    """The word in both cases, as typed and with ae/oe/ue/ss read as umlauts."""
    low = word.lower()
    umlauts = low.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")
    forms = dict.fromkeys((low, umlauts, umlauts.replace("ss", "ß"), low.replace("ss", "ß")))
    return [spelling for form in forms for spelling in (form, form.capitalize())]


@lru_cache(maxsize=200_000)
def compound_parts(word: str) -> tuple[str, ...]:
    """Return the folded base forms of a compound's parts by morphology, or () for a simple word.

    The parts must cover the word: «Wand» + «alterung» is no compound of «Wandalterung» unless both are words.
    """
    if len(word) < 2 * _MIN_PART + 1 or not word.isalpha():
        return ()
    morphs = _morphology().analyze(word.capitalize(), taglevel=3)[1]
    stems = [morph for morph, tag in morphs if tag.startswith(("NN", "NE", "ADJ", "VV", "NUM", "FW"))]
    if len(stems) < 2 or any(len(stem) < _MIN_PART for stem in stems):
        return ()
    return tuple(lemma_of(stem) for stem in stems)


def split_by(word: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Split a folded word into two or three known words and linking elements that cover it, or ()."""
    for cut in range(_MIN_PART, len(word) - _MIN_PART + 1):
        head, tail = word[:cut], word[cut:]
        if known(tail) and (stem := _without_link(head, known)):
            return (stem, tail)
    return ()


def _without_link(head: str, known: Callable[[str], bool]) -> str | None:
    for link in _LINKS:
        stem = head.removesuffix(link) if link else head
        if head.endswith(link) and len(stem) >= _MIN_PART and known(stem):
            return stem
    return None


# ------------------------------------------------------------------ pipeline


def _register_attributes() -> None:
    for name in ("fold", "repaired", "lemma", "parts"):
        if not Token.has_extension(name):
            Token.set_extension(name, default=None)


@dataclass
class Spelling:
    """Folds case and umlauts, and reads ae/oe/ue/ss, missing dots and regional forms as the standard words."""

    vocabulary: Vocabulary

    def __call__(self, doc: Doc) -> Doc:
        """Set `token._.fold`, and `token._.repaired` where the standard spelling is another."""
        regional = any(token.lower_ in _colloquial()[0] for token in doc)
        for token in doc:
            token._.fold = fold(token.text)
            standard = self._standard(token.text, token._.fold, regional=regional)
            if standard and standard.lower() != token.text.lower():
                token._.repaired = standard
        return doc

    def _standard(self, text: str, folded: str, *, regional: bool) -> str | None:
        colloquial, beside_others = _colloquial()
        low = text.lower()
        if low in colloquial or (regional and low in beside_others):
            return colloquial.get(low) or beside_others[low]
        return self.vocabulary.spellings.get(folded) or with_umlauts(text) or from_dialect(text)


@Language.factory("spelling")
def make_spelling(nlp: Language, name: str) -> Spelling:  # noqa: ARG001 - spaCy calls factories so
    """Start with an empty vocabulary; `Analyser` sets the FAQ's."""
    return Spelling(Vocabulary())


@dataclass
class TypoRepair:
    """Mends words that no dictionary knows by the nearest word of the FAQ's vocabulary."""

    vocabulary: Vocabulary

    def __call__(self, doc: Doc) -> Doc:
        """Set `token._.repaired`."""
        for token in doc:
            if token._.repaired is None and self._is_odd(token.text, token._.fold):
                token._.repaired = self.vocabulary.near(token._.fold)
        return doc

    def _is_odd(self, text: str, folded: str) -> bool:
        known = folded in self.vocabulary.spellings or not text.isalpha() or len(folded) < 5
        return not (known or text.isupper() or is_known(text) or self._is_compound(folded))

    def _is_compound(self, folded: str) -> bool:
        return bool(split_by(folded, lambda part: part in self.vocabulary.spellings))


@Language.factory("typo_repair")
def make_typo_repair(nlp: Language, name: str) -> TypoRepair:  # noqa: ARG001 - spaCy calls factories so
    """Start with an empty vocabulary; `Analyser` sets the FAQ's."""
    return TypoRepair(Vocabulary())


def _first_word(text: str) -> str:
    """«gibts» stands for «gibt es»; its first word carries the meaning."""
    return next(iter(text.split(maxsplit=1)), text)


@Language.component("case_proof_lemma")
def case_proof_lemma(doc: Doc) -> Doc:
    """Set the folded base form, of the repaired word where there is one."""
    for token in doc:
        token._.lemma = lemma_of(_first_word(token._.repaired or token.text))
    return doc


@dataclass
class CompoundParts:
    """Splits compounds by morphology, else by the FAQ's own words."""

    vocabulary: Vocabulary

    def __call__(self, doc: Doc) -> Doc:
        """Set `token._.parts`."""
        for token in doc:
            token._.parts = self._parts(token._.repaired or token.text, token._.lemma)
        return doc

    def _parts(self, word: str, lemma: str) -> tuple[str, ...]:
        found = compound_parts(word)
        if not found and len(lemma) > 2 * _MIN_PART and not is_known(word):
            found = split_by(lemma, lambda part: part in self.vocabulary.spellings)
        return tuple(lemma_of(part) for part in found) or (lemma,)


@Language.factory("compound_parts")
def make_compound_parts(nlp: Language, name: str) -> CompoundParts:  # noqa: ARG001 - spaCy calls factories so
    """Start with an empty vocabulary; `Analyser` sets the FAQ's."""
    return CompoundParts(Vocabulary())


def build_pipeline(vocabulary: Vocabulary) -> Language:
    """Return the German pipeline with its four components, in order."""
    _register_attributes()
    nlp = spacy.blank("de")
    for name in COMPONENTS:
        nlp.add_pipe(name)
    for name in ("spelling", "typo_repair", "compound_parts"):
        component: Any = nlp.get_pipe(name)
        component.vocabulary = vocabulary
    return nlp


class Analyser:
    """Reads texts with the pipeline; results are plain values and cached."""

    def __init__(self, vocabulary: Vocabulary, *, cache_size: int = 20_000) -> None:
        self._nlp = build_pipeline(vocabulary)
        self._nouns = vocabulary.nouns
        self._abbreviations = vocabulary.abbreviations
        self.analyse = lru_cache(maxsize=cache_size)(self._analyse)

    @classmethod
    def for_texts(cls, texts: Iterable[str]) -> "Analyser":
        """Prepare for a FAQ with these texts: their words and compound parts become the vocabulary."""
        texts = list(texts)
        vocabulary = Vocabulary.from_words(word for text in texts for word in words(text))
        vocabulary.nouns = {fold(word) for text in texts for word in _INSIDE.findall(text)}
        vocabulary.nouns -= {fold(word) for text in texts for word in words(text) if word.islower()} | _STOP_LEMMAS
        vocabulary.abbreviations = {
            fold(word) for text in texts for word in _WORD.findall(text) if sum(map(str.isupper, word)) > 1
        }
        vocabulary.abbreviations -= _STOP_LEMMAS
        return cls(vocabulary)

    def truecased(self, text: str) -> str:
        """Return a text that was typed without capitals with those that German writes; any other text as it is.

        Only nouns of the FAQ are known for certain.
        """
        if text != text.lower():
            return text
        cased = _WORD.sub(lambda match: self._cased(match[0]), text)
        return cased[:1].upper() + cased[1:]

    def is_noun(self, word: str) -> bool:
        """Tell whether the FAQ writes a word as a noun or a name."""
        folded = fold(word)
        return folded in self._nouns or folded in self._abbreviations

    def _cased(self, word: str) -> str:
        return word.capitalize() if fold(word) in self._nouns else word

    def _analyse(self, text: str) -> Analysis:
        """Read one text."""
        doc = self._nlp(text)
        return Analysis(text, tuple(_word(token) for token in doc if _is_word(token)))


def _is_word(token: Token) -> bool:
    text = token.text
    return text.isalnum() or any(map(str.isalnum, text))


def _word(token: Token) -> Word:
    return Word(
        text=token.text,
        lemma=token._.lemma,
        parts=token._.parts,
        repaired=token._.repaired,
        is_stop=token.text.lower() in STOP_WORDS or token._.lemma in _STOP_LEMMAS,
    )


_STOP_LEMMAS = frozenset(fold(word) for word in STOP_WORDS)
