"""Something to see on each page, and what stands in the paths that name a thing."""

from bot.accounts import Role
from bot.publishing import Publishing
from bot.store.drafts import SqlDrafts
from tests.review_log import asked, log, regroup
from tests.staff.room import NAMES, Room

PARAMS = {
    "accounts_role": ("key",),
    "accounts_lock": ("key",),
    "accounts_reset": ("key",),
    "accounts_remove": ("key",),
    "entry": ("id",),
    "entry_edit": ("id",),
    "entry_change": ("id",),
    "entry_delete": ("id",),
    "entry_block": ("id",),
    "entry_release": ("id",),
    "entry_wrong": ("id",),
    "entry_correct": ("id",),
    "version": ("number",),
    "version_back": ("number",),
    "figures_csv": ("table",),
    "group": ("number",),
    "group_act": ("number",),
    "group_wordings": ("number",),
}
"""By page: the parts of its path, which `sample` fills in."""


def fill(room: Room) -> None:
    """Put something into the database that the pages show."""
    member = room.logins.store.member(name=NAMES[Role.READ])
    assert member
    room.samples["key"] = member.key
    room.samples |= {"id": "beschluss", "number": "1"}
    publishing = Publishing(SqlDrafts(room.database))
    publishing.add_alternates("begleitung", ["Wer war Berater der Stadt?"], "Emil", room.app.wiring.clock.now())
    room.samples["table"] = "tage"
    log(room.database, asked("Was kostet ein Hund?"), asked("<b>Wann</b> kommt die Tonne?"))
    regroup(room.database)
    room.samples["number"] = "1"
