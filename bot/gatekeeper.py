"""Runs the gate on the draft: in a process of its own, so that answers are not held up by it."""

from contextlib import closing
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bootstrap import Wiring, open_database
from bot.clock import city_day
from bot.drafts import Draft, Gate
from bot.errors import BotError
from bot.faq_text import parsed
from bot.gate import MOST_QUESTIONS, Form, Progress, examine
from bot.jobs import JobKind, working
from bot.settings import Settings
from bot.store.asked import SqlAsked
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.index import IndexCache
from bot.store.jobs import SqlJobs
from bot.understanding import build_understanding, load_once
from intents.encoder import RememberingEncoder
from intents.faq import FaqBase
from intents.matcher import Matcher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intents.encoder import Encoder


def check_draft(settings: Settings, wiring: Wiring, job: str | None = None) -> Gate:
    """Check the draft and keep what was found; `job` names the job that this process was started for."""
    with closing(open_database(settings)) as database:
        draft = SqlDrafts(database).current()
        with working(SqlJobs(database), wiring.clock, JobKind.GATE, draft.key if draft else "", job) as work:
            if draft is None:
                raise BotError("Es gibt keinen Entwurf.")
            gate = checked(settings, wiring, database, draft, work.progress)
            SqlDrafts(database).keep_gate(gate)
            return gate


def checked(settings: Settings, wiring: Wiring, database: Database, draft: Draft, progress: Progress) -> Gate:
    """Return what comes of preparing what is live and the draft, and holding them side by side."""
    today = city_day(wiring.clock.now())
    drafts = SqlDrafts(database)
    live = drafts.form(draft.base)
    if live is None:
        raise BotError("Die Fassung, auf der der Entwurf beruht, gibt es nicht mehr.")
    blocked = frozenset(block.entry for block in drafts.blocks())
    old = _form(settings, wiring, parsed(live.yaml).blocking(blocked), today)
    new = _form(settings, wiring, parsed(draft.yaml).blocking(blocked - set(draft.releases)), today)
    result = examine(old, new, SqlAsked(database).latest(MOST_QUESTIONS), today, progress)
    return Gate(draft.key, wiring.clock.now(), result)


def _form(settings: Settings, wiring: Wiring, faq: FaqBase, today: date) -> Form:
    build = wiring.understanding
    if build is build_understanding:
        build = partial(build_understanding, load=partial(_remembering, settings.index_path))
    made = build(settings, faq, today, None)
    return Form(faq, made, made.index if isinstance(made, Matcher) else None)


@lru_cache(maxsize=1)
def _remembering(index: Path, reference: Path, *, wanted: str) -> "Mapping[str, Encoder]":
    """Load encoders that read each question once for both forms."""
    cache = IndexCache(index)
    return {family: RememberingEncoder(each, cache) for family, each in load_once(reference, wanted=wanted).items()}
