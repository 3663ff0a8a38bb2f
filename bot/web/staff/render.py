"""Templates: what stands in a page besides its values, and how moments and numbers are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clock import CITY_ZONE

_FOLDER = Path(__file__).parent
TEMPLATES, STATIC = _FOLDER / "templates", _FOLDER / "static"


@dataclass(frozen=True)
class Frame:
    """What every page shows around its own content."""

    url: Callable[..., str]
    csrf_token: str
    navigation: tuple[tuple[str, str], ...] = ()
    """(title, address) of the pages that the role may open."""
    here: str = ""
    """The address of the page itself."""


def render(template: str, frame: Frame, values: Mapping[str, Any]) -> str:
    """Return a page as HTML; a value that a template names and nobody gave is an error."""
    around = {"url": frame.url, "csrf_token": frame.csrf_token, "navigation": frame.navigation, "here": frame.here}
    blank = {"visit": None, "notice": None}
    return environment().get_template(template).render({**blank, **values, **around})


@cache
def environment() -> Environment:
    """Return the templates; everything that is put in is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(moment=moment, day=day, number=number)
    return made


def moment(value: datetime | None) -> str:
    """Write a moment as it was in the city: «22.11.2026, 10:30 Uhr»; nothing for none."""
    return f"{value.astimezone(CITY_ZONE):%d.%m.%Y, %H:%M} Uhr" if value else ""


def day(value: date | None) -> str:
    """Write a day, or the day of a moment: «22.11.2026»; nothing for none."""
    if isinstance(value, datetime):
        value = value.astimezone(CITY_ZONE).date()
    return f"{value:%d.%m.%Y}" if value else ""


def number(value: float | None, places: int = 0) -> str:
    """Write a number the German way: «12.345,6»; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))
