"""FAQs that grow: a public set's entries that are asked, among more and more entries that are not.

What is added comes from the other public sets first, then from word lists: service × aspect is an entry, its wordings
are German question templates. The same size gives the same FAQ each time, and each FAQ begins like the smaller one.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from intents.datasets import Fold, LabelledSet, make_fold
from intents.faq import FaqBase, FaqEntry

CORE = "mainfranken"
"""The set whose questions are asked."""
CORE_ENTRIES, CORE_WORDINGS = 10, 2
_LEFT_OUT = 4
"""Entries of the core that no FAQ holds; their wordings must stay without an answer."""

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
        """Return the FAQ of so many phrasings, never fewer than the core has; the last entry may be cut short."""
        taken: list[FaqEntry] = []
        left = phrasings - sum(len(entry.phrasings) for entry in self.core.faq.entries)
        for entry in self._distractors():
            if left <= 0:
                break
            taken.append(replace(entry, alternates=entry.alternates[: left - 1]))
            left -= len(taken[-1].phrasings)
        return FaqBase((*self.core.faq.entries, *taken), name=f"{phrasings} phrasings")

    def _distractors(self) -> Iterator[FaqEntry]:
        yield from self.more
        yield from generated()


def growing(sets: Sequence[LabelledSet]) -> Growing:
    """Cut the core and gather what is added; a wording of the core stands nowhere else."""
    core = next(one for one in sets if one.name == CORE)
    share = _LEFT_OUT / (CORE_ENTRIES + _LEFT_OUT)
    fold = make_fold(core, k=CORE_WORDINGS, seed=0, left_out=share, max_entries=CORE_ENTRIES + _LEFT_OUT)
    taken = {text for entry in fold.faq.entries for text in entry.phrasings} | set(fold.queries)
    more = [entry for one in sets if one.name != CORE for entry in _entries(one, taken)]
    random.Random(0).shuffle(more)
    return Growing(fold, more)


def _entries(one: LabelledSet, taken: set[str]) -> Iterator[FaqEntry]:
    for entry in one.entries:
        titles = [entry.question] if entry.question else []
        texts = [text for text in dict.fromkeys([*titles, *entry.wordings]) if text not in taken]
        if texts:
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
