"""Citizens' words that the review gave to entries, and what becomes of them when the draft loses them again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.review_items import Action
from intents.faq import FaqBase
from intents.text import folded, normalise


@dataclass(frozen=True)
class Given:
    """A question that is no longer open because an entry got its words, or was made of them."""

    change: int
    """Number of the change in the review."""
    action: Action
    entry: str
    text: str


def said(text: str) -> str:
    """Return what makes two wordings the same."""
    return folded(normalise(text)) or text.strip()


def lost(given: Iterable[Given], before: FaqBase, after: FaqBase, live: FaqBase) -> Iterator[int]:
    """Yield the changes whose words a form holds and the next one does not, nor what is live: nobody answers them."""
    for each in given:
        if _holds(before, each) and not _holds(after, each) and not _holds(live, each):
            yield each.change


def _holds(faq: FaqBase, given: Given) -> bool:
    """Say whether an entry has what was given to it."""
    entry = faq.get(given.entry)
    if entry is None or given.action is Action.ENTRY:
        return entry is not None
    texts = entry.not_questions if given.action is Action.NEGATIVES else entry.phrasings
    return said(given.text) in map(said, texts)
