"""What a citizen reads about their case, with what they may do next."""

from collections.abc import Mapping

from bot.case_rules import Hours
from bot.cases import Case
from bot.replies import Choice, Reply
from bot.texts import Texts

LEAVE, RATE, SETTLE = "h:x", "h:r", "h:s"
"""Tokens of the citizen's buttons; the last two go on with the case's number and a value."""


def citizen_reply(texts: Texts, hours: Hours, case: Case, key: str, values: dict[str, str]) -> Reply:
    """Return what a citizen reads, with what they may do next."""
    words = texts.desk
    if key in ("opened", "opened_closed"):
        values["versprechen"] = _promise(texts, hours, case, values.pop("wann"))
    text, choices = words[key], tuple[Choice, ...]()
    if key == "closed_by_staff" or (key == "closed_by_citizen" and case.first_reply_at):
        text, choices = f"{text}\n{words['how_content']}", _ratings(words, case)
    if key in ("opened", "opened_closed", "reopened", "status", "status_taken", "still_waiting"):
        choices = (Choice(words["back"], LEAVE),)
    return Reply(text.format(**values), choices=choices)


def _ratings(words: Mapping[str, str], case: Case) -> tuple[Choice, ...]:
    """Return the buttons with which a citizen says how content they are."""
    rated = ((3, "good"), (2, "middling"), (1, "bad"))
    return tuple(Choice(words[name], f"{RATE}:{case.number}:{value}") for value, name in rated)


def _promise(texts: Texts, hours: Hours, case: Case, when: str) -> str:
    """Return when there will be an answer, or when somebody is there; nothing where neither is settled."""
    lines = [texts.desk["promise"].format(wann=when)] if case.promised_at else []
    if not case.promised_at and not hours.is_open(case.opened_at):
        lines.append(texts.desk["next_opening"].format(wann=when))
    described = hours.described()
    if described:
        lines.append(texts.desk["hours"].format(zeiten=described))
    return " ".join(lines)
