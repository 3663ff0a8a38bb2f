"""FAQs that grow: a public set's entries that are asked, among more and more entries that are not.

What is added comes from the other public sets first, then from word lists: service × aspect is an entry, its wordings
are German question templates. Nothing that is added answers what is asked. The same size gives the same FAQ each time,
and each FAQ begins like the smaller one.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from intents.datasets import Fold, LabelledSet, make_fold
from intents.faq import FaqBase, FaqEntry
from intents.text import folded

CORE = "mainfranken"
"""The set whose questions are asked."""
SUBJECTS = (
    "Ausgangssperre",
    "Dauer_Krise",
    "Dienstreisen",
    "Exportgeschäfte_Unterstützung",
    "Flächen_Material_Corona",
    "Haustier",
    "Hotelgast_Verpflegung",
    "Parallele Förderung Bund+Bayern",
    "Quarantäne_Bedingungen",
    "Risikogebiete",
    "Symptome_Corona_Anzeichen",
    "Test_Ablauf",
    "Test_Gesundheitsamt",
    "gottesdienst",
)
"""Its entries that are the core: matters of the epidemic. Its small talk, its jobs, schools and help for those in need
stand in other sets as well: what is found there would be right and count as wrong."""
CORE_ENTRIES, CORE_WORDINGS = 10, 5
"""The smallest FAQs know fewer wordings: the core alone is no larger than the FAQ that is asked for."""
_EPIDEMIC = re.compile("corona|covid|virus|viren|pandemie|epidemie|quarantane|infektion|infiziert")
"""What an added entry must not speak of, in folded words."""
_MOST = 230
"""Questions with an entry; a third as many without one are about the share that answers are calibrated for."""

# fmt: off
_AREAS = (
    "Abfall", "Bade", "Bau", "Baum", "Bienen", "Boots", "Brunnen", "Denkmal", "Drohnen", "Fahrrad", "Feuerwerk",
    "Film", "Fischerei", "Flohmarkt", "Garagen", "Garten", "Gaststätten", "Grab", "Hafen", "Hallen", "Hunde",
    "Imbiss", "Jagd", "Jugend", "Kanal", "Kleingarten", "Konzert", "Kultur", "Laden", "Lärm", "Markt", "Miet",
    "Musik", "Park", "Pferde", "Plakat", "Schul", "Senioren", "Spielplatz", "Sport", "Straßen", "Tanz", "Taxi",
    "Tier", "Umzug", "Vereins", "Wald", "Wasser", "Werbe", "Zelt",
)
_THINGS = (
    "antrag", "anzeige", "ausweis", "befreiung", "beihilfe", "beratung", "bescheid", "bescheinigung", "erlaubnis",
    "förderung", "gebühr", "genehmigung", "karte", "kontrolle", "marke", "meldung", "nachweis", "ordnung", "plakette",
    "plan", "prüfung", "register", "satzung", "schein", "steuer", "termin", "vertrag", "vorschrift", "zulassung",
    "zuschuss",
)
# fmt: on
_ASPECTS = {
    "beantragen": (
        "Wie kann ich {x} beantragen?",
        "{x} beantragen",
        "Ich brauche {x}, was muss ich tun?",
        "Wo stelle ich den Antrag auf {x}?",
    ),
    "kosten": ("Was kostet {x}?", "{x} Kosten", "Wie viel muss ich für {x} bezahlen?", "Ist {x} kostenlos?"),
    "dauer": ("Wie lange dauert {x}?", "{x} Dauer", "Wann ist {x} fertig?", "Wie viele Wochen wartet man auf {x}?"),
    "unterlagen": (
        "Welche Unterlagen brauche ich für {x}?",
        "{x} Unterlagen",
        "Was muss ich zu {x} mitbringen?",
        "Welche Papiere verlangt das Amt bei {x}?",
    ),
    "zuständig": (
        "Wer ist für {x} zuständig?",
        "{x} Ansprechpartner",
        "An wen wende ich mich wegen {x}?",
        "Welches Amt macht {x}?",
    ),
    "verlängern": ("Wie lässt sich {x} verlängern?", "{x} verlängern", "{x} läuft ab, was nun?", "Bis wann gilt {x}?"),
    "verloren": (
        "Was tue ich, wenn {x} verloren ging?",
        "{x} verloren",
        "Ich finde {x} nicht mehr",
        "Gibt es Ersatz für {x}?",
    ),
    "abmelden": (
        "Wie kann ich {x} abmelden?",
        "{x} kündigen",
        "Ich will {x} nicht mehr",
        "Wie werde ich {x} wieder los?",
    ),
}
# fmt: off
_PLACES = (
    "im Rathaus", "in der Altstadt", "im Ortsteil", "für Vereine", "für Studierende", "am Wochenende", "online",
    "ohne Termin",
)
# fmt: on


@dataclass(frozen=True)
class Growing:
    """The core with its questions, and what is added to it."""

    core: Fold
    more: Sequence[FaqEntry]
    """Entries of the other sets, in a fixed mixed order."""

    def of_size(self, phrasings: int) -> FaqBase:
        """Return the FAQ of so many phrasings, never fewer than the core has entries; the last may be cut short."""
        wordings = max(1, phrasings // CORE_ENTRIES)
        taken = [_shortened(entry, wordings) for entry in self.core.faq.entries]
        left = phrasings - sum(len(entry.phrasings) for entry in taken)
        for entry in self._distractors():
            if left <= 0:
                break
            taken.append(_shortened(entry, left))
            left -= len(taken[-1].phrasings)
        return FaqBase(tuple(taken), name=f"{phrasings} phrasings")

    def _distractors(self) -> Iterator[FaqEntry]:
        yield from self.more
        yield from generated()


def _shortened(entry: FaqEntry, wordings: int) -> FaqEntry:
    """Leave an entry its first wordings."""
    return replace(entry, alternates=entry.alternates[: wordings - 1])


def growing(sets: Sequence[LabelledSet]) -> Growing:
    """Cut the core and gather what is added: entries that share no wording with the core, and none of its subjects."""
    core = next(one for one in sets if one.name == CORE)
    entries = tuple(entry for entry in core.entries if entry.id in SUBJECTS)
    left_out = 1 - CORE_ENTRIES / len(SUBJECTS)
    fold = make_fold(replace(core, entries=entries), k=CORE_WORDINGS, seed=0, left_out=left_out, max_queries=_MOST)
    taken = {folded(text) for entry in entries for text in entry.wordings}
    more = [entry for one in sets if one.name != CORE for entry in _entries(one, taken)]
    random.Random(0).shuffle(more)
    return Growing(_mixed_up(fold), more)


def _mixed_up(fold: Fold) -> Fold:
    """Mix the questions: the first ones are no longer all of one entry, nor those without an entry the last."""
    rows = list(zip(fold.queries, fold.expected, strict=True))
    random.Random(0).shuffle(rows)
    return replace(fold, queries=tuple(text for text, _ in rows), expected=tuple(entry for _, entry in rows))


def _entries(one: LabelledSet, taken: set[str]) -> Iterator[FaqEntry]:
    """Yield a set's entries but those that may answer a question of the core."""
    for entry in one.entries:
        titles = [entry.question] if entry.question else []
        texts = list(dict.fromkeys([*titles, *entry.wordings]))
        words = {folded(text) for text in texts}
        if texts and not words & taken and not any(_EPIDEMIC.search(text) for text in words):
            yield FaqEntry(f"{one.name}/{entry.id}", texts[0], entry.answer or "", alternates=tuple(texts[1:]))


def generated() -> Iterator[FaqEntry]:
    """Yield made-up services: 1,500 things with 8 aspects of 12 wordings each."""
    for area, thing in _mixed(list(product(_AREAS, _THINGS))):
        service = f"{area}{thing}"
        for aspect, templates in _ASPECTS.items():
            plain = [template.format(x=service) for template in templates]
            placed = [f"{text.rstrip('?')} {place}?" for text, place in zip(plain * 2, _PLACES, strict=True)]
            answer = f"{service}: Darum kümmert sich das Amt für {area}wesen. Zum Punkt „{aspect}“ berät es Sie gern."
            yield FaqEntry(f"{service}-{aspect}".lower(), plain[0], answer, alternates=(*plain[1:], *placed))


def _mixed(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    random.Random(0).shuffle(pairs)
    return pairs
