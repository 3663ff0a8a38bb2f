"""Something to see on each page, and what stands in the paths that name a thing."""

from bot.accounts import Role
from bot.web.staff.page import Page
from tests.staff.room import Room, settle


def fill(room: Room) -> None:
    """Put something into the database that the pages show; name what stands in the place of paths' parameters."""
    settle(room.logins, room.app.wiring.clock)
    room.samples["/konten/{key}"] = room.member(Role.READ).key


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
