"""Something to see on each page, and what stands in the paths that name a thing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.accounts import Role
from bot.bootstrap import going_live
from bot.corrections import Correction
from bot.store.corrections import SqlCorrections
from bot.web.staff.page import Page
from intents.faq import parse_faq
from tests.askers import asked as wished
from tests.conftest import TINY_FAQ
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import NAMES, Room

EVIL = "<script>alert('Hund')</script> <img src=x onerror=alert(1)> =1+1 {{ 7*7 }}"
"""What somebody may write who wishes us ill."""


def furnish(room: Room) -> None:
    """Put something into the database that the pages show; name what stands in the place of paths' parameters."""
    room.logins.add(EVIL[:60], Role.READ, who="<i>Wer</i>", now=NOW)
    _questions(room)
    _draft(room)
    corrections = SqlCorrections(room.database)
    corrections.start(Correction("k1", "beschluss", NOW - timedelta(days=1), f"Neu: {EVIL}", NAMES[Role.PUBLISH], NOW))
    room.samples.update(
        {
            "/konten/{key}": room.member(Role.READ).key,
            "/auswertung/{number}": str(numbers(room.database)[EVIL]),
            "/zahlen/{table}.csv": "tage.csv",
            "/eintrag/{id}": "beschluss",
            "/fassungen/{number}": "1",
            "/bescheid/{group}": "ohne",
            "/berichtigung/{correction}": "k1",
        }
    )


def _questions(room: Room) -> None:
    """Let citizens ask: some in groups, one who waits for an answer."""
    answered: dict[str, Any] = {"decision": "answer", "reason": "clear", "entry": "beschluss"}
    log(room.database, asked("Was kostet ein Hund?"), asked(EVIL), asked("Wer beschloss das?", **answered))
    log(room.database, asked("Wann kommt die Tonne?", at=NOW - timedelta(days=3)), chat="d")
    regroup(room.database)
    wished(room.database, 700, f"Und der Hund? {EVIL}")


def _draft(room: Room) -> None:
    """Change an entry in the draft, while somebody else changes it in the file."""
    live = going_live(room.app.settings, room.database)
    entry = parse_faq(TINY_FAQ).entries[0]
    live.publishing.change_entry(replace(entry, answer=f"Der Gemeinderat. {EVIL}"), NAMES[Role.EDIT], NOW)
    live.propose(TINY_FAQ.replace("hat sie beschlossen", "beschloss sie"), live.publishing.draft().base, NOW)


def path_of(room: Room, page: Page, odd: str | None = None) -> str:
    """Return a page's path with samples, or with something odd, in it; a page that names something needs a sample."""
    path, before = "", ""
    for part in page.path.split("/")[1:]:
        before += f"/{part}"
        if "{" in part:
            path += f"/{room.samples[before] if odd is None else odd}"
        else:
            path += f"/{part}"
    return path
