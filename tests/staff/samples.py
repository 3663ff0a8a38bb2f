"""Something to see on each page, and what stands in the paths that name a thing."""

from bot.accounts import Role
from tests.review_log import asked, log, regroup
from tests.staff.room import NAMES, Room

PARAMS = {
    "accounts_role": ("key",),
    "accounts_lock": ("key",),
    "accounts_reset": ("key",),
    "accounts_remove": ("key",),
    "group": ("number",),
    "group_act": ("number",),
    "group_wordings": ("number",),
    "figures_csv": ("table",),
}
"""By page: the parts of its path, which `sample` fills in."""


def fill(room: Room) -> None:
    """Put something into the database that the pages show."""
    member = room.logins.store.member(name=NAMES[Role.READ])
    assert member
    room.samples["key"] = member.key
    log(room.database, asked("Was kostet ein Hund?"), asked("<b>Wann</b> kommt die Tonne?"))
    regroup(room.database)
    room.samples["number"] = "1"
    room.samples["table"] = "tage"
