"""The page that asks who it is, also in the middle of somebody's work: what they had just sent is not lost."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.web.staff.front import COOKIE, Front, token_of

_STRANGER = "neu."
"""The beginning of a token that no session ever had; theirs hold no full stop."""
_LONGEST = 150_000
"""Characters of a form that is kept: with the login page's own escapes it is still one that is read."""


@dataclass(frozen=True)
class Kept:
    """A form that came after its session had ended; it travels with the login page and is stored nowhere."""

    path: str = ""
    fields: str = ""
    """As they are sent, without the token."""

    @classmethod
    def of(cls, path: str, form: FormData) -> "Kept":
        """Keep what was sent to a page; nothing where that is too long."""
        fields = urlencode([(key, str(value)) for key, value in form.multi_items() if key != "csrf_token"])
        return cls(path, fields) if len(fields) <= _LONGEST else cls()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values."""
        return parse_qsl(self.fields, keep_blank_values=True)


NOTHING = Kept()


def ask_who(front: Front, request: Request, aim: str, kept: Kept = NOTHING, **values: Any) -> Response:
    """Show the login page; a token is needed before, for its form has to carry one."""
    if not token_of(request):
        request.cookies[COOKIE] = _STRANGER + secrets.token_urlsafe(32)
        return front.keep(request, ask_who(front, request, aim, kept, **values), token_of(request))
    status = int(values.pop("status", 200))
    around: Mapping[str, Any] = {"name": "", "error": "", "sso": front.sso_name, "kept": kept, **values}
    ended = not token_of(request).startswith(_STRANGER)
    shown = {**around, "next": aim if front.is_own(aim) else "", "has_ended": ended}
    return front.shown(request, "login.html", shown, status=status)


def go_on(front: Front, request: Request, aim: str, kept: Kept, token: str) -> Response:
    """Go where somebody wanted to, who has just logged in; what they had sent waits for one more click."""
    if not kept.path or not front.is_own(kept.path):
        return front.keep(request, front.to(aim or front.url("start")), token)
    request.cookies[COOKIE] = token
    back = aim if front.is_own(aim) else front.url("start")
    return front.keep(request, front.shown(request, "resume.html", {"kept": kept, "back": back}), token)


def came_from(front: Front, request: Request) -> str:
    """Return the page of ours on which a form was sent; empty where that is not known."""
    parts = urlsplit(request.headers.get("referer", ""))
    address = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
    return address if front.is_own(address) else ""
