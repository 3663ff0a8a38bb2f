"""What a staff page is: a path, the role it needs, and a function from a visit to a reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData, QueryParams

from bot.accounts import Account, Role


@dataclass(frozen=True)
class Visit:
    """One request of somebody whose session, role and CSRF token were checked."""

    account: Account
    now: datetime
    query: QueryParams
    url: Callable[..., str]
    """url(name, **params): the address of a page, below ROOT_PATH."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What stands in the page's path."""
    form: FormData | None = None
    """The fields of a POST."""
    session: str = ""
    """The key of the session."""


@dataclass(frozen=True)
class Shown:
    """A page made from a template, which sees `visit`, `url`, `csrf_token` and each value by its name."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Undo:
    """How to take back what was just done: a POST of these fields."""

    action: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """After a POST: go to another page, which shows a notice once."""

    to: str
    notice: str = ""
    undo: Undo | None = None


@dataclass(frozen=True)
class Failed:
    """There is nothing to show: 404 for what is not there, 400 for what cannot be read, 409 for what has changed."""

    status: int
    reason: str = ""
    """A German sentence; empty: the usual one."""


@dataclass(frozen=True)
class File:
    """Something to download, or a picture."""

    name: str
    media_type: str
    body: bytes
    download: bool = True


Reply = Shown | Moved | Failed | File


@dataclass(frozen=True)
class Page:
    """A page of the staff's pages; `view` is called in a thread."""

    path: str
    name: str
    role: Role
    view: Callable[[Visit], Reply]
    method: str = "GET"
    nav: str = ""
    """In the navigation under this name; empty: not there."""
    about: str = ""
    """What it is for, in a sentence for the start page."""
    needs_faq: bool = True
    """While the FAQ is still being prepared, a page says so that comes later."""
