"""Notices that a question is not German, by small words and letters; the data stand in languages.yaml."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 1000
"""Characters that are looked at."""
_FEWEST = 2
"""Signs of a language that a text must have."""
_SHARE = 0.3
"""Part of the words that must be signs of it."""


@dataclass(frozen=True)
class Language:
    """How a language is told from others."""

    words: frozenset[str]
    letters: frozenset[str]

    def signs(self, words: Iterable[str]) -> int:
        """Count the words that speak for this language."""
        return sum(_bare(word) in self.words or not self.letters.isdisjoint(word) for word in words)


@dataclass(frozen=True)
class Script:
    """How a language is told by its script."""

    name: str
    """How Unicode's names of its letters begin."""
    language: str
    letters: frozenset[str]
    """One of these must be there; empty: any."""
    without: frozenset[str]
    """None of these: they belong to other languages of the script."""

    def fits(self, text: str) -> bool:
        """Say whether a text is written in this language."""
        letters = [char for char in text if char.isalpha()]
        own = sum(unicodedata.name(char, "").startswith(self.name) for char in letters)
        needed = not self.letters or not self.letters.isdisjoint(text)
        return 2 * own > len(letters) and needed and self.without.isdisjoint(text)


@dataclass(frozen=True)
class Languages:
    """All languages that are noticed."""

    german: Language
    others: Mapping[str, Language]
    scripts: tuple[Script, ...]
    sentences: Mapping[str, str]

    def of(self, text: str) -> str | None:
        """Return the code of the language of a text; None for German and when it is not clear."""
        shown = text[:_LONGEST].casefold()
        by_script = next((script.language for script in self.scripts if script.fits(shown)), None)
        return by_script or self._by_words(_WORD.findall(shown))

    def _by_words(self, words: list[str]) -> str | None:
        """Return the language that clearly more words speak for than for any other, and hardly any for German."""
        signs = Counter({code: language.signs(words) for code, language in self.others.items()})
        (best, most), (_, second) = signs.most_common(2)
        enough = most >= max(_FEWEST, _SHARE * len(words)) and most > second
        return best if enough and most > 2 * self.german.signs(words) else None


def sentence_for(text: str) -> str:
    """Return one sentence in the language of a text that is not German; "" for German."""
    found = languages()
    return found.sentences.get(found.of(text) or "", "")


@cache
def languages() -> Languages:
    """Read the shipped languages, once."""
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    rows: Mapping[str, Mapping[str, str]] = data["languages"]
    return Languages(
        german=_language(data["german"]),
        others={code: _language(row) for code, row in rows.items() if row["words"]},
        scripts=tuple(map(_script, data["scripts"])),
        sentences={code: row["sentence"] for code, row in rows.items()},
    )


def _language(row: Mapping[str, str]) -> Language:
    return Language(frozenset(map(_bare, row["words"].split())), frozenset(row["letters"]))


def _script(row: Mapping[str, Any]) -> Script:
    return Script(row["name"], row["language"], frozenset(row.get("letters", "")), frozenset(row.get("without", "")))


def _bare(word: str) -> str:
    """Return a word without marks on its letters, as many people type it."""
    plain = word.casefold().replace("ł", "l").replace("ı", "i")
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
