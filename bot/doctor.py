"""What «doctor» finds: facts in, findings out; every sentence stands in doctor.yaml."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.logs import masked
from bot.ports import FaqVersion
from intents.errors import FaqError
from intents.faq import FaqBase

LEAST_FREE = 500
"""Megabytes."""
MOST_WRONG = timedelta(seconds=30)
"""By which this machine's clock may differ from Telegram's."""
MOST_PENDING = 100
"""Updates that may wait at Telegram."""
RECENT = timedelta(hours=1)
"""A failed delivery that is longer ago is forgotten."""
NEEDED = ("message", "edited_message", "callback_query", "my_chat_member")
"""Kinds of updates without which the bot does not work."""

FAIL, WARN = "fail", "warn"


@dataclass(frozen=True)
class Check:
    """One finding."""

    topic: str
    state: str
    """ok, warn, fail or skipped."""
    text: str
    mend: str | None
    """What helps; None where nothing has to be done."""


@dataclass(frozen=True)
class Hook:
    """What Telegram knows about the delivery of updates."""

    url: str
    pending: int
    allowed: tuple[str, ...]
    """Empty: Telegram's own selection."""
    error: str | None
    error_at: datetime | None


@dataclass(frozen=True)
class GroupFacts:
    """What Telegram answered about the staff group."""

    id: int
    trouble: str | None = None
    """unknown, outside, moved; None when it answered."""
    new_id: int | None = None
    title: str = ""
    kind: str = "supergroup"
    has_topics: bool = False
    status: str = "administrator"
    """What the bot is in it."""
    rights: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TelegramFacts:
    """What Telegram answered."""

    trouble: str | None = None
    """refused, certificate, proxy, timeout, unreachable or odd; None when it answered."""
    detail: str = ""
    username: str = ""
    may_join_groups: bool = True
    reads_all: bool = False
    hook: Hook | None = None
    group: GroupFacts | None = None
    """None where nothing is handed over."""
    at: datetime | None = None
    """The time at Telegram …"""
    here: datetime | None = None
    """… and on this machine, when the answer came."""


def said(topic: str, key: str, **values: object) -> Check:
    """Return a finding in words."""
    entry = _catalogue()["findings"][f"{topic}-{key}"]
    text, mend = (masked(entry[part].format(**values)) if part in entry else None for part in ("text", "mend"))
    return Check(topic, entry["state"], text or "", mend)


@cache
def _catalogue() -> Mapping[str, Any]:
    catalogue: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return catalogue


# ------------------------------------------------------------------ judging facts


def telegram_checks(facts: TelegramFacts, *, api: str, webhook: str | None) -> Iterator[Check]:
    """Judge what Telegram answered."""
    if facts.trouble:
        yield said("telegram", facts.trouble, api=api, detail=facts.detail)
        return
    yield said("telegram", "fine", username=facts.username)
    yield from _rights(facts)
    if facts.group:
        yield from group_checks(facts.group)
    if facts.hook and facts.here:
        yield from _updates(facts.hook, webhook, facts.here)
    if facts.at and facts.here:
        yield clock_check(abs(facts.at - facts.here))


def _rights(facts: TelegramFacts) -> Iterator[Check]:
    if not facts.may_join_groups:
        yield said("rights", "no-groups")
    if facts.reads_all:
        yield said("rights", "reads-all")
    if facts.may_join_groups and not facts.reads_all:
        yield said("rights", "fine")


def group_checks(group: GroupFacts) -> Iterator[Check]:
    """Judge whether clerks can work in the staff group."""
    named = {"id": group.id, "title": group.title, "new_id": group.new_id}
    trouble = group.trouble or _standing(group)
    if trouble:
        yield said("group", trouble, **named)
        return
    lacks = [] if group.has_topics else ["no-topics"]
    lacks += [lack for lack, right in _NEEDED_RIGHTS.items() if right not in group.rights]
    yield from (said("group", lack, **named) for lack in lacks)
    if not lacks:
        yield said("group", "fine", **named)


_NEEDED_RIGHTS = {"no-manage-topics": "can_manage_topics", "no-delete-messages": "can_delete_messages"}
"""By the finding that tells of its absence."""


def _standing(group: GroupFacts) -> str | None:
    """Return what keeps the bot from working in the group at all."""
    if group.kind not in ("group", "supergroup"):
        return "no-group"
    if group.status in ("left", "kicked"):
        return "outside"
    return None if group.status in ("creator", "administrator") else "no-administrator"


def _updates(hook: Hook, webhook: str | None, now: datetime) -> Iterator[Check]:
    """Compare how updates come with how they are to come."""
    host = urlsplit(hook.url).hostname
    if hook.url == (webhook or ""):
        yield said("updates", "hook" if webhook else "poll", host=host, pending=hook.pending)
    elif not webhook:
        yield said("updates", "foreign-hook", host=host)
    else:
        yield said("updates", "other-hook" if hook.url else "no-hook", host=host)
    if webhook and hook.error and hook.error_at and now - hook.error_at < RECENT:
        yield said("updates", "failing", error=hook.error, ago=_minutes(now - hook.error_at))
    if hook.pending > MOST_PENDING:
        yield said("updates", "many", pending=hook.pending)
    if hook.allowed and (missing := [kind for kind in NEEDED if kind not in hook.allowed]):
        yield said("updates", "narrow", missing=", ".join(missing))


def clock_check(difference: timedelta) -> Check:
    """Judge how wrong the clock is; Telegram tells whole seconds."""
    seconds = round(difference.total_seconds()) or 1
    key = "wrong" if difference > MOST_WRONG else "fine"
    return said("clock", key, time="eine Sekunde" if seconds == 1 else f"{seconds} Sekunden")


def disk_check(free: int, folder: Path) -> Check:
    """Judge the free bytes of the data folder's disk."""
    megabytes = free // 2**20
    key = "low" if megabytes < LEAST_FREE else "fine"
    return said("disk", key, free=megabytes, folder=folder, least=LEAST_FREE)


def faq_check(faq: FaqBase, findings: int, active: FaqVersion | None, last: str | None) -> Check:
    """Compare the file with the published form; `last` is the hash of what the file published last."""
    if active is None:
        return said("faq", "new", entries=len(faq.entries), file=faq.hash, findings=findings)
    if active.hash == faq.hash:
        return said("faq", "fine", entries=len(faq.entries), active=active.hash, findings=findings)
    return said(
        "faq", "edited" if faq.hash == last else "changed", file=faq.hash, active=active.hash, author=active.author
    )


def bad_faq_check(error: FaqError, active: FaqVersion | None) -> Check:
    """Name the first error of a file that cannot be used."""
    keeps = f"Fassung {active.hash}" if active else "nichts"
    return said("faq", "bad", count=len(error.findings), reason=error.findings[0], active=keeps)


def contact_checks(faq: FaqBase, *, hands_over: bool) -> Iterator[Check]:
    """Judge whether citizens learn where to turn, and clerks whom to pass a case to."""
    contact = faq.contact
    lacks = [] if contact.phone or contact.website else ["phone oder website"]
    lacks += [name for name in ("imprint", "privacy") if not getattr(contact, name)]
    if lacks:
        yield said("contact", "lacking", missing=", ".join(lacks))
    if hands_over and not any(entry.department for entry in faq.entries):
        yield said("contact", "no-offices")
    elif not lacks:
        yield said("contact", "fine")


def _minutes(time: timedelta) -> str:
    """Say a short time."""
    minutes = int(time.total_seconds() // 60)
    return "eine Minute" if minutes == 1 else f"{minutes} Minuten"


# ------------------------------------------------------------------ showing findings


def has_failed(checks: Sequence[Check]) -> bool:
    """Tell whether anything keeps the bot from working."""
    return any(check.state == FAIL for check in checks)


def as_lines(checks: Sequence[Check]) -> Iterator[str]:
    """Yield what a person reads: state and topic in words, what is so, and what helps."""
    words = _catalogue()
    for check in checks:
        yield f"{words['states'][check.state]:<14} {words['topics'][check.topic]:<14} {check.text}"
        if check.mend:
            yield f"{'':<30}→ {check.mend}"
    counts = Counter(check.state for check in checks)
    yield ""
    yield words["summary_one_warning" if counts[WARN] == 1 else "summary"].format(fail=counts[FAIL], warn=counts[WARN])


def as_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the same for programs."""
    found = [{"check": c.topic, "state": c.state, "text": c.text, "mend": c.mend} for c in checks]
    return {"ok": not has_failed(checks), "checks": found}
