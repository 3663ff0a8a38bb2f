"""Something to see on each page, and what stands in the paths that name a thing."""

from dataclasses import replace
from datetime import timedelta

from bot.accounts import Role
from bot.corrections import Correction
from bot.effects import Wish
from bot.ports import Outcome
from bot.publishing import Publishing
from bot.store.addresses import SqlAddresses
from bot.store.chats import SqlChats
from bot.store.corrections import SqlCorrections
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.notices import SqlNotices
from bot.web.staff.page import Page
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import Room, settle

EVIL = "<script>alert('Hund')</script> <img src=x onerror=alert(1)> =1+1 {{ 7*7 }}"
"""What somebody may ask who wishes us ill."""


def fill(room: Room) -> None:
    """Put something into the database that the pages show; name what stands in the place of paths' parameters."""
    settle(room.database, room.app.wiring.clock)
    answered = {"decision": "answer", "reason": "clear", "entry": "beschluss"}
    log(room.database, asked("Was kostet ein Hund?"), asked(EVIL), asked("Wer beschloss das?", **answered))
    log(room.database, asked("Wann kommt die Tonne?", at=NOW - timedelta(days=3)), chat="d")
    wait_for(room.database, "Wie lange dauert ein Pass?")
    correct(room.database)
    regroup(room.database)
    publishing = Publishing(SqlDrafts(room.database))
    publishing.add_alternates("begleitung", ["Wer war Berater der Stadt?"], "Emil", room.app.wiring.clock.now())
    room.samples["/konten/{key}"] = room.member(Role.READ).key
    room.samples["/auswertung/{number}"] = str(numbers(room.database)[EVIL])
    room.samples["/zahlen/{table}.csv"] = "verlauf.csv"
    room.samples["/eintrag/{id}"] = "beschluss"
    room.samples["/fassungen/{number}"] = "1"
    room.samples["/bescheid/{group}"] = str(numbers(room.database)["Wie lange dauert ein Pass?"])
    room.samples["/berichtigung/{correction}"] = "1"


def wait_for(store: Database, *texts: str, telegram_id: int = 700) -> list[int]:
    """Let a citizen ask, and wish to hear of answers; return the ids of the questions."""
    chat, chats = SqlAddresses(store).chat(telegram_id, NOW), SqlChats(store, "telegram")
    log(store, *map(asked, texts), chat=chat)
    saved = chats.load(chat)
    wishes = tuple(Wish(number, is_on=True) for number in range(1, len(texts) + 1))
    chats.commit(chat, saved.version, Outcome(saved.state, wishes=wishes), NOW)
    return [one.question for one in SqlNotices(store).waiting() if one.text in texts]


def correct(store: Database) -> None:
    """Leave a correction behind that was cut off."""
    log(store, replace(asked(EVIL), decision="answer", entry="begleitung"), chat=SqlAddresses(store).chat(701, NOW))
    SqlCorrections(store).start(Correction("1", "begleitung", NOW, EVIL, "Petra", NOW))


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
