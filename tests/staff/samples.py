"""Something to see on each page, and what stands in the paths that name a thing."""

from bot.accounts import Role
from tests.staff.room import NAMES, Room

PARAMS = {
    "accounts_role": ("key",),
    "accounts_lock": ("key",),
    "accounts_reset": ("key",),
    "accounts_remove": ("key",),
    "figures_csv": ("table",),
}
"""By page: the parts of its path, which `sample` fills in."""


def fill(room: Room) -> None:
    """Put something into the database that the pages show."""
    member = room.logins.store.member(name=NAMES[Role.READ])
    assert member
    room.samples["key"] = member.key
    room.samples["table"] = "tage"
