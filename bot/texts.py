"""The bot's own sentences: read from texts.yaml, complete or refused."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from bot.errors import TextsError
from bot.reasons import reason
from bot.wanted_texts import KINDS, PLACEHOLDERS

DEFAULT_PATH = Path(__file__).with_name("texts.yaml")


@dataclass(frozen=True)
class Texts:
    """Every sentence the bot itself says, by its key in texts.yaml."""

    introduction: str
    welcome: str
    welcome_titled: str
    source: str
    as_of: str
    follow_ups: str
    said_before: str
    no_plain_answer: str
    part_answered: str
    part_unknown: str
    clarify: str
    clarify_part: str
    none_of_these: str
    none_picked: str
    choice_unknown: str
    choice_old: str
    entry_gone: str
    fallback: str
    fallback_empty: str
    fallback_expired: str
    notice_wish: str
    notice_unwish: str
    notice_on: str
    notice_off: str
    notice_answer: str
    correction: str
    correction_plain: str
    offer_human: str
    human_choice: str
    contact_name: str
    contact_website: str
    contact_phone: str
    contact_hours: str
    human: str
    human_hint: str
    human_unknown: str
    topics: str
    topic: str
    topic_all: str
    topic_other: str
    topic_more: str
    topic_back: str
    topic_all_topics: str
    topics_none: str
    plain_on: str
    plain_off: str
    help: str
    help_end: str
    help_rights: str
    privacy: str
    privacy_kept: str
    period_days: str
    period_day: str
    privacy_not_kept: str
    privacy_context_kept: str
    privacy_context_timed: str
    privacy_context_not_kept: str
    privacy_cases: str
    privacy_rights: str
    privacy_link: str
    imprint: str
    imprint_unknown: str
    farewell: str
    command_unknown: str
    error: str
    feedback_question: str
    feedback_yes: str
    feedback_no: str
    feedback_why: str
    feedback_wrong: str
    feedback_unclear: str
    feedback_incomplete: str
    feedback_thanks: str
    attachment: str
    late: str
    group_start: str
    private_only: str
    private_link: str
    stored: str
    stored_id: str
    stored_plain: str
    stored_last: str
    stored_awaited: str
    stored_none: str
    stored_question: str
    stored_textless: str
    stored_feedback: str
    stored_dead: str
    stored_unsent: str
    stored_rest: str
    erase_confirm: str
    erase_yes: str
    erase_no: str
    erase_done: str
    erase_kept: str
    bot_description: str
    bot_short_description: str
    console_you: str
    console_bot: str
    console_pick: str
    console_preparing: str
    console_checking: str
    check_start: str
    check_done: str
    ask_picked: str
    ask_not_picked: str
    console_no_token: str
    console_starting: str
    console_connecting: str
    console_ready: str
    smalltalk: Mapping[str, str]
    emergency: Mapping[str, str]
    figures: Mapping[str, str]
    """German names of the figures of an evaluation."""
    media: Mapping[str, str]
    """What is said to something that is no text."""
    stored_decisions: Mapping[str, str]
    """What became of a question."""
    stored_ratings: Mapping[str, str]
    """What a citizen thought of an answer."""
    stored_cases: Mapping[str, str]
    """What is stored of cases that people handle."""
    commands: Mapping[str, str]
    """What each command does, in a few words."""
    desk: Mapping[str, str]
    """What a citizen reads about the hand-over to a human."""
    staff: Mapping[str, str]
    """What the staff group reads."""
    staff_commands: Mapping[str, str]
    """What each command of the clerks does, in a few words."""
    attached: Mapping[str, str]
    """What stands in a transcript for something that is no text."""
    snippets: Mapping[str, str]
    """Canned replies of the clerks."""

    def smalltalk_reply(self, intent: str | None) -> str:
        """Return the reply to a smalltalk intent; an unknown one gets the general text."""
        return self.smalltalk.get(intent or "", self.smalltalk["general"])

    def transcribed(self, text: str, kind: str) -> str:
        """Return what a transcript says of a message: its words, and before them what is attached."""
        shown = f"[{self.attached[kind]}]" if kind in self.attached else ""
        return " ".join(filter(None, (shown, text)))

    def media_reply(self, kind: str) -> str:
        """Return the reply to something that is no text; an unknown kind gets the general one."""
        return self.media.get(kind, self.media["other"])

    def emergency_reply(self, kind: str | None) -> str:
        """Return the emergency text; an unknown kind gets the general one."""
        return self.emergency.get(kind or "", self.emergency["allgemein"])


def load_texts(path: Path = DEFAULT_PATH) -> Texts:
    """Read the texts; raise TextsError naming every missing, unknown or unfit one."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TextsError(f"{path.name}: nicht lesbar: {reason(error)}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path.name}: nicht lesbar: {str(error).splitlines()[0]}"
        raise TextsError(message) from error
    return texts_from(data, path.name)


def texts_from(data: object, name: str = "texts.yaml") -> Texts:
    """Check the content of a texts file and make it a value."""
    if not isinstance(data, dict):
        raise TextsError(f"{name}: es fehlen alle Texte")
    wanted = {field.name for field in fields(Texts)}
    problems = [f"«{key}» fehlt" for key in sorted(wanted - data.keys())]
    problems += [f"«{key}» ist unbekannt" for key in sorted(map(str, data.keys() - wanted))]
    for key in sorted(wanted & data.keys()):
        problems += _group_problems(key, data[key]) if key in KINDS else _text_problems(key, data[key])
    if problems:
        raise TextsError(f"{name}: " + "; ".join(problems))
    return Texts(**{key: _cleaned(data[key]) for key in wanted})


def _group_problems(key: str, group: object) -> list[str]:
    """Say what is wrong with the texts below «smalltalk» or «emergency»."""
    if not isinstance(group, dict):
        return [f"«{key}» ist keine Liste von Texten"]
    missing = [f"«{key}.{kind}» fehlt" for kind in sorted(KINDS[key] - group.keys())]
    return missing + [p for kind, text in group.items() for p in _text_problems(f"{key}.{kind}", text)]


def _text_problems(key: str, text: object) -> list[str]:
    """Say what is wrong with one text."""
    if not isinstance(text, str) or not text.strip():
        return [f"«{key}» ist leer"]
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return [f"«{key}»: geschweifte Klammer ohne Gegenstück"]
    wanted = PLACEHOLDERS.get(key, frozenset())
    missing = [f"«{key}»: Platzhalter {{{name}}} fehlt" for name in sorted(wanted - found)]
    return missing + [f"«{key}»: Platzhalter {{{name}}} ist unbekannt" for name in sorted(found - wanted)]


def _cleaned(value: Any) -> Any:
    """Drop the line end that YAML leaves behind a block."""
    if isinstance(value, dict):
        return {key: text.strip() for key, text in value.items()}
    return value.rstrip("\n") if isinstance(value, str) else value
