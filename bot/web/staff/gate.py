"""Who may open a page: session, role and CSRF token are checked before its view is called."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from bot.staff import Session
from bot.web.staff.asking import Kept, ask_who, came_from
from bot.web.staff.forms import BadFormError, TooLargeError, all_texts, form_of, is_readable
from bot.web.staff.front import Front, is_ours, token_of
from bot.web.staff.page import Failed, File, Moved, Page, Reply, Visit

WITH_FIRST_PASSWORD = frozenset(("password", "password_change"))
"""All that somebody may open who has not chosen a password yet."""

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(front: Front, page: Page) -> Endpoint:
    """Return what answers requests for a page."""

    async def endpoint(request: Request) -> Response:
        session = await asyncio.to_thread(front.logins.session, token_of(request), front.clock.now())
        if session is None:
            return await _to_login(front, request, page)
        if session.member.first_until and page.name not in WITH_FIRST_PASSWORD:
            return front.to(front.url("password", next=_aim(front, request)))
        if session.member.role < page.role:
            return front.error(request, 403, session=session)
        if page.needs_faq and not front.is_ready():
            return front.error(request, 503, session=session)
        return await _visited(front, request, page, session)

    return endpoint


async def _visited(front: Front, request: Request, page: Page, session: Session) -> Response:
    """Read what the browser sent, and let the page answer."""
    form: FormData | None = None
    if page.method == "POST":
        checked = await posted(front, request, session)
        if isinstance(checked, Response):
            return checked
        form = checked
    if not is_readable(all_texts(request.query_params, request.path_params)):
        return front.error(request, 400, session=session)
    visit = _visit(front, request, session, form)
    return await asyncio.to_thread(lambda: _answer(front, request, page.view(visit), visit, session))


async def posted(front: Front, request: Request, session: Session | None = None) -> FormData | Response:
    """Return the fields of a POST; an error page if it is not from a page of ours."""
    try:
        form = await form_of(request)
    except TooLargeError:
        return front.error(request, 413, session=session)
    except BadFormError:
        return front.error(request, 400, session=session)
    if not is_ours(request, form.get("csrf_token", "")):
        return front.error(request, 403, _NOT_OURS, session=session)
    if not is_readable(all_texts(form)):
        return front.error(request, 400, session=session)
    return form


_NOT_OURS = (
    "Dieses Formular gehört nicht zu Ihrer Sitzung. Bitte gehen Sie zurück, laden Sie die Seite neu "
    "und senden Sie noch einmal."
)


def _visit(front: Front, request: Request, session: Session, form: FormData | None) -> Visit:
    params = {key: str(value) for key, value in request.path_params.items()}
    account, now = session.member.account, front.clock.now()
    return Visit(account, now, request.query_params, front.url, params, form, session.key)


def _answer(front: Front, request: Request, reply: Reply, visit: Visit, session: Session) -> Response:
    """Turn a page's reply into an answer; runs in a thread, for a notice is kept in the database."""
    if isinstance(reply, Moved):
        if reply.notice:
            front.logins.leave(session.key, {"text": reply.notice, "undo": asdict(reply.undo) if reply.undo else None})
        return front.to(reply.to)
    if isinstance(reply, File):
        return _file(reply)
    if isinstance(reply, Failed):
        return front.error(request, reply.status, reply.reason, session=session)
    answer = front.shown(
        request, reply.template, {**reply.values, "visit": visit}, session=session, status=reply.status
    )
    if session.notice:
        front.logins.leave(session.key, None)
    return answer


def _file(file: File) -> Response:
    """Return something to download, or a picture."""
    kind = "attachment" if file.download else "inline"
    headers = {"Content-Disposition": f"{kind}; filename*=UTF-8''{quote(file.name, safe='')}"}
    return Response(file.body, media_type=file.media_type, headers=headers)


async def _to_login(front: Front, request: Request, page: Page) -> Response:
    """Ask who it is; afterwards a page goes on where it was asked for, and a form of ours can be sent once more."""
    if request.method != "POST":
        return front.to(front.url("login", next=_address(request)))
    form, aim = await posted(front, request), came_from(front, request)
    if isinstance(form, Response) or page.name in WITH_FIRST_PASSWORD:
        return front.to(front.url("login", next=aim or None))
    return ask_who(front, request, aim, Kept.of(request.scope["path"], form), status=401)


def _aim(front: Front, request: Request) -> str | None:
    """Return the page that was asked for, to go on there; None for a form, and for the first page of all."""
    address = _address(request)
    return None if request.method == "POST" or address == front.url("start") else address


def _address(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.scope['path']}{query}"
