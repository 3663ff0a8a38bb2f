"""What clerks send without typing it: canned replies, answers of the FAQ; and the offices to choose from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot import relaying
from bot.answers import asks_nothing, unmarked
from bot.case_steps import Pass, Tell
from bot.cases import Case, Side
from bot.channels.telegram.bureau import Bureau
from bot.channels.telegram.card import button
from bot.channels.telegram.render import LONGEST_LABEL
from bot.channels.telegram.staff_voice import NOTHING, Done, StaffVoice, Turn
from bot.clock import city_day
from intents.faq import FaqEntry, Kind
from intents.query import Query

SHOWN_ANSWERS = 5
MOST_OFFERED = 50
"""Buttons below one message; Telegram takes a hundred."""


class ReadyAnswers:
    """Offers what is written already, and sends it."""

    def __init__(self, bureau: Bureau, voice: StaffVoice) -> None:
        self._bureau = bureau
        self._content = bureau.content
        self._rules = bureau.rules
        self._voice = voice

    def snippet(self, name: str, turn: Turn) -> Done:
        """Send a canned reply, or offer them all."""
        snippets = self._content().texts.snippets
        if not name:
            return self._offer("choose_snippet", "b", _keyed(snippets), turn.case)
        text = snippets.get(name.casefold())
        if text is None:
            return self._voice.tell(turn.case, "no_snippet", namen=", ".join(snippets), answers=turn.message)
        return self._spoken(text, turn)

    def send_snippet(self, key: str, turn: Turn) -> Done:
        """Send a canned reply that was offered, unless it is gone by now."""
        snippets = self._content().texts.snippets
        name = _keyed(snippets).get(key)
        return self._spoken(snippets[name], turn, offered=True) if name else NOTHING

    def _spoken(self, text: str, turn: Turn, *, offered: bool = False) -> Done:
        """Let the citizen read a text, if the case is the clerk's; colleagues see it where it was chosen."""
        said = Pass(Side.STAFF, (turn.message,), text, turn.author.name, spoken=True)
        step = relaying.answer(turn.case, turn.author, said, turn.now, self._rules)
        if said in step.effects:
            shown = Tell(Side.STAFF, "sent_ready", (("name", turn.author.name), ("text", text)))
            here = turn.message
            step = step.then(replace(shown, instead=here) if offered else replace(shown, answers=here))
        return self._voice.step(step, turn.now)

    def _offer(self, key: str, verb: str, labels: Mapping[str, str], case: Case) -> Done:
        """Offer a choice, and a way out of it."""
        rows = [[button(_label(label), verb, case, value)] for value, label in labels.items()][:MOST_OFFERED]
        rows.append([button(self._voice.words("choose_none"), "none", case)])
        return None, (self._bureau.desk().note(case, self._voice.words(key), rows=rows),)

    def last_question(self, case: Case) -> str:
        """Return what the citizen asked the bot last."""
        asked = self._bureau.records.questions(case.chat) if case.chat else ()
        return next((one.text for one in reversed(asked) if one.text), "")

    def for_words(self, words: str, turn: Turn) -> Done:
        """Offer the answers that come nearest to some words."""
        decided = self._content().decide(Query(words[:1000])) if words else None
        found = decided.candidates if decided and not asks_nothing(decided) else ()
        entries = [entry for one in found if (entry := self._entry(one.id, turn)) and entry.kind is Kind.ANSWER]
        if not entries:
            return self._voice.tell(turn.case, "no_answer", answers=turn.message)
        return self._offer("choose_answer", "s", {e.id: e.question for e in entries[:SHOWN_ANSWERS]}, turn.case)

    def offices(self, case: Case) -> Done:
        """Offer the offices that the FAQ names."""
        names = self.departments()
        if not names:
            return self._voice.tell(case, "no_offices")
        return self._offer("choose_office", "d", names, case)

    def departments(self) -> dict[str, str]:
        """Return the offices that the FAQ names, cut to what a column holds, by keys that fit into buttons."""
        return _keyed(sorted({_label(entry.department) for entry in self._content().faq.entries if entry.department}))

    def send(self, entry_id: str, turn: Turn) -> Done:
        """Send an answer of the FAQ in the clerk's name."""
        entry = self._entry(entry_id, turn)
        if entry is None:
            return self._voice.tell(turn.case, "no_answer", answers=turn.message)
        return self._spoken(_answer_text(entry), turn, offered=True)

    def _entry(self, entry_id: str, turn: Turn) -> FaqEntry | None:
        """Return an entry that may be answered today: what the bot keeps to itself no clerk sends unread."""
        entry = self._content().faq.get(entry_id)
        return entry if entry and entry.is_valid_on(city_day(turn.now)) else None


def _keyed(names: Iterable[str]) -> dict[str, str]:
    """Return names by keys that fit into buttons."""
    return {hashlib.sha256(name.encode()).hexdigest()[:12]: name for name in names}


def _label(text: str) -> str:
    line = unmarked(text)
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"


def _answer_text(entry: FaqEntry) -> str:
    """Return an answer with its sources."""
    sources = [f"[{source.title}]({source.url})" if source.url else source.title for source in entry.sources]
    return "\n\n".join(filter(None, (entry.answer.strip(), "\n".join(sources))))
