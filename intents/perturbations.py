"""A German sentence as hurried, hesitant or Swabian people would have typed it: named changes, drawn from a seed.

Each perturbation takes a sentence and a generator and returns the changed sentence, or the sentence itself where it
finds nothing to change. The same generator state gives the same result.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random

Perturbation = Callable[[str, Random], str]
Place = re.Match[str]
"""A word where it stands in its sentence."""

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 5
"""Letters of the shortest word that is mistyped."""
_MIN_CONTENT = 4
"""Letters of the shortest word that is joined to its neighbour."""
_MIN_COMPOUND = 9
"""Letters of the shortest compound that is split."""
_MIN_PART = 3
"""Letters of the shorter half of a split word."""
_KEYBOARD = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
"""The letters of a German keyboard, row by row, each row half a key to the right of the one above."""

_WITHOUT_CONTENT = """
aber alle allem allen aller alles als also andere anderen auch auf aus bald bei beim bekomme bekommt bereits bin bis
bist bitte brauche braucht da dabei dafür dagegen daher damit dann daran darauf darf darum das dass davon dazu dein
deine dem den denen denn der deren des deshalb dessen dich die dies diese diesem diesen dieser dieses dir doch dort du
durch dürfen eben eigentlich ein eine einem einen einer eines einmal er es etwas euch euer für ganz gar geben gegen
gehen geht genau gerade gern gibt habe haben hallo hat hatte hätte hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren
ihrer im immer in inzwischen ist ja jede jedem jeden jeder jedes jemand jetzt kann kein keine keinem keinen keiner
können könnte könnten lassen lässt machen macht man manche mein meine meinem meinen meiner mich mir mit müssen muss
nach neben nein nicht nichts noch nun nur ob oben oder ohne schon sehr sein seine seinem seinen seiner seit sich sie
sind so sogar solche soll sollen sollte sonst soviel statt trotz über überhaupt um und uns unser unsere unserem
unseren unserer unter viel viele vielen vom von vor wann war waren warum was wegen weil welche welchem welchen welcher
welches wem wen wenn wer werde werden weshalb wessen wie wieder wieso wieviel will wir wird wirklich wo wobei wodurch
wofür woher wohin wollen womit woran worauf woraus worum wovon wozu wurde wurden würde zum zur zwischen
"""
_FUNCTION_WORDS = frozenset(_WITHOUT_CONTENT.split())

# ------------------------------------------------------------------ places


def _places(text: str) -> list[Place]:
    """Find the words of a sentence; a hyphen separates."""
    return list(_WORD.finditer(text))


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _is_content(word: str) -> bool:
    return len(word) >= _MIN_CONTENT and not _is_acronym(word) and word.lower() not in _FUNCTION_WORDS


def _replace(text: str, places: Sequence[Place], change: Callable[[str], str]) -> str:
    """Change the words at some places of a text."""
    for place in sorted(places, key=lambda one: -one.start()):
        text = text[: place.start()] + change(place[0]) + text[place.end() :]
    return text


def _cased_like(new: str, old: str) -> str:
    """Give a form the case of the word it stands for."""
    if _is_acronym(old):
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new


# ------------------------------------------------------------------ typing mistakes


def _neighbours() -> dict[str, str]:
    """Letter → the letters on the keys around it."""
    keys = {
        letter: (column + row / 2, row)
        for row, letters in enumerate(_KEYBOARD)
        for column, letter in enumerate(letters)
    }
    return {
        letter: "".join(
            other for other, (u, v) in keys.items() if other != letter and abs(x - u) <= 1 and abs(y - v) <= 1
        )
        for letter, (x, y) in keys.items()
    } | {"ß": "pü"}


_NEIGHBOURS = _neighbours()


def _dropped(word: str, at: int, _: Random) -> str:
    return word[:at] + word[at + 1 :]


def _swapped(word: str, at: int, _: Random) -> str:
    return word[: at - 1] + word[at] + word[at - 1].lower() + word[at + 1 :] if at > 1 else word


def _doubled(word: str, at: int, _: Random) -> str:
    return word[:at] + word[at] + word[at:]


def _neighbour_key(word: str, at: int, rng: Random) -> str:
    near = _NEIGHBOURS.get(word[at].lower(), "")
    return word[:at] + rng.choice(near) + word[at + 1 :] if near else word


_SLIPS = (_dropped, _swapped, _doubled, _neighbour_key)


def mistype(word: str, rng: Random) -> str:
    """Put one typing mistake into a word: a letter dropped, swapped, doubled or from the next key; never the first."""
    at = rng.randrange(1, len(word))
    slips = (slip(word, at, rng) for slip in rng.sample(_SLIPS, len(_SLIPS)))
    return next((slipped for slipped in slips if slipped != word), word)


def _with_typos(text: str, rng: Random, count: int) -> str:
    """Mistype so many words; a sentence with fewer long words stays as it is."""
    fitting = [place for place in _places(text) if len(place[0]) >= _SHORTEST and not _is_acronym(place[0])]
    if len(fitting) < count:
        return text
    return _replace(text, rng.sample(fitting, count), lambda word: mistype(word, rng))


def typo1(text: str, rng: Random) -> str:
    """One mistyped word."""
    return _with_typos(text, rng, 1)


def typo2(text: str, rng: Random) -> str:
    """Two mistyped words."""
    return _with_typos(text, rng, 2)


# ------------------------------------------------------------------ letters and signs

_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_NO_DOTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "Ä": "A", "Ö": "O", "Ü": "U", "ß": "ss", "ẞ": "SS"})
_PUNCTUATION = r"""[.,;:!?…"'’„“”«»‹›()\[\]{}–—-]+"""
_AROUND_WORDS = re.compile(rf"(?<!\w){_PUNCTUATION}|{_PUNCTUATION}(?!\w)")
"""Signs between two letters or digits stay: «E-Mail», «8.30», «geht's»."""


def digraphs(text: str, _: Random) -> str:
    """A keyboard without umlauts: «Gebuehr», «Strasse»."""
    return _replace(text, _places(text), _spelt_out)


def _spelt_out(word: str) -> str:
    spelt = "".join(_cased_like(_DIGRAPHS.get(sign.lower(), sign), sign) for sign in word)
    return spelt.upper() if _is_acronym(word) else spelt


def no_dots(text: str, _: Random) -> str:
    """Umlauts without their dots: «Gebuhr»; ß as ss."""
    return text.translate(_NO_DOTS)


def lower(text: str, _: Random) -> str:
    """Everything in small letters."""
    return text.lower()


def upper(text: str, _: Random) -> str:
    """Everything in capitals."""
    return text.upper()


def no_punctuation(text: str, _: Random) -> str:
    """No question mark, no comma."""
    return " ".join(_AROUND_WORDS.sub(" ", text).split())


# ------------------------------------------------------------------ word boundaries


def joined(text: str, rng: Random) -> str:
    """Two neighbouring content words written as one: «digitalestadt»."""
    places = _places(text)
    pairs = [
        (one, other)
        for one, other in pairwise(places)
        if text[one.end() : other.start()] == " " and text[other.end() : other.end() + 1] != "-"
        if _is_content(one[0]) and _is_content(other[0])
    ]
    if not pairs:
        return text
    one, other = rng.choice(pairs)
    return text[: one.end()] + other[0].lower() + text[other.end() :]


def split(text: str, rng: Random) -> str:
    """One compound written as two words, parted before its last part: «Stadt Verwaltung»."""
    cuts = {place: cut for place in _places(text) if (cut := _last_seam(place[0]))}
    if not cuts:
        return text
    place, cut = rng.choice(list(cuts.items()))
    return _replace(text, [place], lambda word: f"{word[:cut]} {_cased_like(word[cut:], word)}")


def _last_seam(word: str) -> int:
    """Return the place at which the last part of a compound begins; 0 for a simple word."""
    if len(word) < _MIN_COMPOUND or _is_acronym(word):
        return 0
    from intents.pipeline import compound_parts

    parts = compound_parts(word)
    return _seam(word, parts[-1]) if parts else 0


def _seam(word: str, part: str) -> int:
    """Return where the last part that begins like this one stands; 0 when it is not found."""
    from intents.text import fold

    cuts = range(len(word) - _MIN_PART, _MIN_PART - 1, -1)
    return next((cut for cut in cuts if fold(word[cut:]).startswith(part[:4])), 0)


# ------------------------------------------------------------------ inflection

_MOST_INFLECTED = 2
"""Words of one sentence that are inflected."""
_KEYWORDS = 3
"""Words of the longest message whose first word may be a noun: «Reisepass beantragen»."""
_ADJECTIVE = re.compile(r"(.{2,}(?:ig|lich|isch|sam|bar|haft|los|tal|nal|ral|ell|tiv|ent|ant))(e|en|er|es|em)?")
_ADJECTIVE_ENDINGS = ("", "e", "en", "er", "es", "em")
_NOUN_SUFFIX = re.compile(r".+(?:ung|heit|keit|schaft|ion|tät)")
_NOUN_PLURALS = re.compile(r"(.+(?:ung|heit|keit|schaft|ion|tät|i[eo]))e?n")
_MORE_ENDINGS = (
    (re.compile(r".*(?:er|el)"), ("n", "s")),
    (re.compile(r".*[^eu]e"), ("n",)),
    (re.compile(r".*[aiouy]"), ("s",)),
    (re.compile(r".*(?:s|ß|z|x)"), ("e", "en")),
    (re.compile(r".*[^aeiouyäöün]"), ("e", "en", "s")),
)
"""How a noun ends → the endings it may take: «Bürger-n», «Stelle-n», «Auto-s», «Beschluss-e», «Projekt-en»."""
_LESS_ENDINGS = ((re.compile(r"(.{3,}(?:er|el))[ns]"), r"\1"), (re.compile(r"(.{4,}[^aeiouns])(?:es|s)"), r"\1"))
"""Endings that a noun may lose: «Bürgern», «Projekts»."""


def inflected(text: str, rng: Random) -> str:
    """Up to two nouns or adjectives in another form: «der digitalen Strategien»."""
    places = _places(text)
    starts = places[:1] if len(places) > _KEYWORDS else []
    forms = {place: _forms(place[0], starts=place in starts) for place in places}
    fitting = [place for place in places if forms[place]]
    chosen = rng.sample(fitting, min(_MOST_INFLECTED, len(fitting)))
    changed = {place[0]: rng.choice(forms[place]) for place in chosen}
    return _replace(text, chosen, changed.__getitem__)


def _forms(word: str, *, starts: bool) -> list[str]:
    """Return other forms of a word; one that starts a sentence is no noun for its capital alone."""
    if len(word) < _SHORTEST or not _is_content(word):
        return []
    if word[0].islower() and (adjective := _ADJECTIVE.fullmatch(word)):
        return [form for ending in _ADJECTIVE_ENDINGS if (form := adjective[1] + ending) != word]
    if _NOUN_SUFFIX.fullmatch(word):
        return [word + "en"]
    if plural := _NOUN_PLURALS.fullmatch(word):
        return [plural[1]]
    return _noun_forms(word) if word[0].isupper() and not starts else []


def _noun_forms(word: str) -> list[str]:
    less = [form for pattern, left in _LESS_ENDINGS if (form := pattern.sub(left, word)) != word]
    more = next((endings for pattern, endings in _MORE_ENDINGS if pattern.fullmatch(word)), ())
    return less or [word + ending for ending in more]


# ------------------------------------------------------------------ frames

_FILLERS = (
    "äh kurze frage, {}",
    "also ich wollt mal fragen {}",
    "hm, ich hätt da mal was: {}",
    "ähm ja also {}",
    "sagt mal, {}",
    "bin mir nicht sicher, aber {}",
    "ich steh grad auf dem schlauch, {}",
    "mal ganz blöd gefragt: {}",
)
_FRAMES = (
    "Guten Tag, könnten Sie mir bitte sagen: {} Vielen Dank!",
    "Sehr geehrte Damen und Herren, ich habe eine Frage. {} Mit freundlichen Grüßen",
    "Hallo, ich würde gerne wissen: {} Danke im Voraus!",
    "Entschuldigen Sie die Störung, {} Besten Dank für Ihre Mühe.",
    "Grüß Gott, wären Sie so nett, mir weiterzuhelfen? {} Herzlichen Dank!",
    "Guten Morgen, mich würde interessieren: {} Schöne Grüße",
)


def filler(text: str, rng: Random) -> str:
    """A hesitant beginning: «äh kurze frage, wer hat das beschlossen?»."""
    return rng.choice(_FILLERS).format(_continued(text)) if _places(text) else text


def polite(text: str, rng: Random) -> str:
    """Greeting, courtesy and thanks around the question."""
    ended = text + "." if text[-1:].isalnum() else text
    return rng.choice(_FRAMES).format(ended) if _places(text) else text


def _continued(text: str) -> str:
    """The sentence as it goes on after other words: its first word small, unless it may be a noun."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text[:1].lower() + text[1:] if first.lower() in _FUNCTION_WORDS else text


# ------------------------------------------------------------------ Swabian

_SWABIAN: Mapping[str, tuple[str, ...]] = {
    "ich": ("i",),
    "wir": ("mir",),
    "mich": ("mi",),
    "ist": ("isch",),
    "sind": ("send",),
    "bist": ("bisch",),
    "nicht": ("net", "nedd"),
    "nichts": ("nix",),
    "das": ("des",),
    "der": ("dr",),
    "ein": ("a", "oin"),
    "eine": ("a", "oine"),
    "einen": ("an", "oin"),
    "kein": ("koi", "koin"),
    "keine": ("koine",),
    "habe": ("han",),
    "haben": ("hend",),
    "hat": ("hot",),
    "hast": ("hosch",),
    "kannst": ("kasch",),
    "können": ("kennet",),
    "müssen": ("miaßet",),
    "muss": ("muaß",),
    "wollen": ("wellet",),
    "werden": ("werdet", "werda"),
    "weiß": ("woiß",),
    "etwas": ("ebbes",),
    "auch": ("au",),
    "schon": ("scho",),
    "noch": ("no",),
    "wie": ("wia",),
    "für": ("fir",),
    "auf": ("uff",),
    "von": ("vo",),
    "heute": ("heit",),
    "gut": ("guat",),
    "gibt": ("geit", "gibt"),
    "gerade": ("grad",),
    "man": ("mr",),
    "eigentlich": ("oigentlich",),
    "bisschen": ("bissle",),
}
_LITTLE = re.compile(r".+(?:[bdgklmnpt]|[äöü]u?s)chen|.{3,}lein")
_VERB = re.compile(r".{3,}[^aeiouyäöü\W]en")


def swabian(text: str, rng: Random) -> str:
    """Swabian words and endings: «Was isch des?», «wo kann i des beantraga»."""
    return _replace(text, _places(text), lambda word: _in_swabian(word, rng))


def _in_swabian(word: str, rng: Random) -> str:
    low = word.lower()
    if _is_acronym(word):
        return word
    if low in _SWABIAN:
        return _cased_like(rng.choice(_SWABIAN[low]), word)
    if word[0].isupper():
        return _little(word)
    is_verb = low not in _FUNCTION_WORDS and _VERB.fullmatch(low) and not _ADJECTIVE.fullmatch(low)
    return word.removesuffix("en") + "a" if is_verb else word


def _little(noun: str) -> str:
    """The Swabian diminutive: «Häusle», «Mädle»."""
    return noun[:-4] + "le" if _LITTLE.fullmatch(noun) else noun


# ------------------------------------------------------------------ all of them

PERTURBATIONS: Mapping[str, Perturbation] = {
    "typo1": typo1,
    "typo2": typo2,
    "digraphs": digraphs,
    "no_dots": no_dots,
    "lower": lower,
    "upper": upper,
    "no_punctuation": no_punctuation,
    "joined": joined,
    "split": split,
    "inflected": inflected,
    "filler": filler,
    "polite": polite,
    "swabian": swabian,
}


def perturb(name: str, text: str, rng: Random) -> str:
    """Change a sentence by the perturbation of that name; KeyError for an unknown one."""
    return PERTURBATIONS[name](text, rng)
