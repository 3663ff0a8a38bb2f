"""Puts the bot on Telegram together and runs it until it is told to stop."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.always import AlwaysOpen
from bot.bootstrap import App, forget_old, live_faq, open_database
from bot.case_rules import Hours, Rules
from bot.channels.telegram.bureau import Attachments, Bureau
from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.handover import Handover
from bot.channels.telegram.members import Members
from bot.channels.telegram.minder import Minder
from bot.channels.telegram.options import TelegramOptions, Webhook
from bot.channels.telegram.profile import profile_calls
from bot.channels.telegram.service import Page, Service, Take, run_service
from bot.channels.telegram.staff import StaffRoom
from bot.channels.telegram.staff_group import tell_without_group
from bot.channels.telegram.switchboard import Switchboard
from bot.channels.telegram.translate import Me
from bot.clustering import regrouping
from bot.content import Content
from bot.conversation import LONGEST_QUESTION
from bot.live import LiveFaq
from bot.opening_hours import OpeningHours
from bot.ports import Leadership
from bot.pulse import Pulse
from bot.settings import Settings
from bot.store.addresses import SqlAddresses
from bot.store.cases import SqlCases
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.inbox import SqlInbox
from bot.store.locks import LeaderLock, Role, SoleLeader
from bot.store.outbox import SqlOutbox
from bot.store.wakeup import listening
from intents.smalltalk import Smalltalk


def serve_telegram(app: App, options: TelegramOptions, loaded: Callable[[], None], ready: Callable[[], None]) -> None:
    """Run the bot; `loaded` is called before Telegram is, `ready` when questions are answered. Raises BotError."""
    with closing(open_database(app.settings)) as database:
        faq = live_faq(app.settings, app.wiring, database)

        def prepare() -> None:
            faq.load()
            faq.start()
            loaded()

        try:
            run_service(replace(service(app, options, database, faq, prepare), ready=ready))
        finally:
            faq.stop()
            app.wiring.launcher.close()


def serve_web(app: App, ready: Callable[[], None]) -> None:
    """Serve health checks and staff pages beside a running bot, until SIGTERM or SIGINT. Raises BotError."""
    from bot.web.alone import Chores, serve_alone

    with closing(open_database(app.settings)) as database:
        faq = live_faq(app.settings, app.wiring, database)

        def prepare() -> None:
            faq.load()
            faq.start()
            ready()

        inbox = SqlInbox(database)
        pulse = Pulse(inbox.oldest_waiting, database.ping, pages_only=True)
        try:
            tidy = partial(forget_old, database, app.settings, app.wiring.clock)
            chores = Chores(regrouping(database, app.wiring).look, tidy)
            serve_alone((partial(internal_page, app, database, pulse, faq),), prepare, chores)
        finally:
            faq.stop()
            app.wiring.launcher.close()


def service(
    app: App, options: TelegramOptions, database: Database, faq: LiveFaq, prepare: Callable[[], None]
) -> Service:
    """Put all parts together."""
    settings, clock = app.settings, app.wiring.clock
    inbox = SqlInbox(database, keeps_dead=settings.question_retention_days > 0)
    pulse = Pulse(inbox.oldest_waiting, database.ping)
    others: dict[str, Any] = {"listening": partial(listening, settings.server_url)} if settings.server_url else {}
    return Service(
        options=options,
        **_handling(app, database, partial(content, app, faq)),
        inbox=inbox,
        outbox=SqlOutbox(database),
        addresses=SqlAddresses(database),
        clock=clock,
        pulse=pulse,
        polling=_leadership(settings, Role.POLL),
        sending=_leadership(settings, Role.SEND),
        public=partial(_webhook_page, settings, options.webhook) if options.webhook else None,
        pages=(partial(internal_page, app, database, pulse, faq),),
        profile=profile_calls(app.texts, _staff_group(app, database)),
        tidy=lambda: forget_old(database, settings, clock),
        clear=database.shrink_again,
        regroup=regrouping(database, app.wiring).look,
        prepare=prepare,
        is_urgent=partial(is_urgent, Smalltalk.from_file()),
        slots=settings.workers,
        **others,
    )


def _handling(app: App, database: Database, known: Callable[[], Content]) -> dict[str, Any]:
    """Return who handles updates, and with a staff group what else a hand-over to people needs."""
    group_id, clock, records = app.settings.staff_group_id, app.wiring.clock, SqlRecords(database)
    if group_id is None:
        return {"handler": lambda me: TelegramHandler(me, known, records), **_ending(app, database, known)}
    addresses = SqlAddresses(database)
    group = addresses.group(group_id, clock.now())
    bureau = Bureau(group, known, SqlCases(database), records, rules(app.settings), _attachments(app.settings))
    members = Members(clock, lambda: addresses.telegram_id(group))

    def handler(me: Me) -> Switchboard:
        bot = TelegramHandler(me, known, records, bureau.standby)
        return Switchboard(group, bot, Handover(me, bot, bureau), StaffRoom(me, bureau, addresses, members))

    return {"handler": handler, "staff_group": group, "members": members, "mind": Minder(bureau, clock).mind}


def _ending(app: App, database: Database, known: Callable[[], Content]) -> dict[str, Any]:
    """Return what ends cases that are open though no staff group is named any more."""
    cases, clock = SqlCases(database), app.wiring.clock
    count = cases.give_up_all(clock.now())
    if not count:
        return {}
    tell_without_group(count)
    bureau = Bureau("", known, cases, SqlRecords(database), rules(app.settings))
    return {"mind": Minder(bureau, clock).mind}


def _staff_group(app: App, database: Database) -> int | None:
    """Return the id that the staff group has by now."""
    named, addresses = app.settings.staff_group_id, SqlAddresses(database)
    return addresses.telegram_id(addresses.group(named, app.wiring.clock.now())) if named is not None else None


def rules(settings: Settings) -> Rules:
    """Return what the operator settled about cases."""
    remind_after = timedelta(minutes=settings.remind_after)
    return Rules(opening_hours(settings), settings.staff_relay == "all", settings.reply_within, remind_after)


def opening_hours(settings: Settings) -> Hours:
    """Return when somebody is there; always, where nothing is set."""
    if settings.opening_hours is None:
        return AlwaysOpen()
    return OpeningHours.from_text(settings.opening_hours, settings.holidays_land)


def _attachments(settings: Settings) -> Attachments:
    return Attachments(frozenset(settings.attachments), settings.attachment_mb)


def content(app: App, faq: LiveFaq) -> Content:
    """Return what the bot knows right now."""
    live = faq.current()
    return Content(live.faq, live.decide, app.texts, app.settings.question_retention_days)


def is_urgent(smalltalk: Smalltalk, text: str) -> bool:
    """Say whether a text goes before others: somebody may be in danger, or asks for a human."""
    first = text.partition(" ")[0].partition("@")[0]
    return first == "/mensch" or smalltalk.emergency(text[:LONGEST_QUESTION]) is not None


def _leadership(settings: Settings, role: Role) -> Leadership:
    """Return what lets one process of all do something; on SQLite there is but one."""
    return LeaderLock(settings.server_url, role) if settings.server_url else SoleLeader()


def webhook_path(url: str, root_path: str) -> str:
    """Return the path on which Telegram's calls arrive, once the reverse proxy has taken its prefix away."""
    path = unquote(urlsplit(url).path)
    inside = path == root_path or path.startswith(f"{root_path}/")
    return (path.removeprefix(root_path) if inside else path) or "/"


def _webhook_page(settings: Settings, webhook: Webhook, take: Take) -> Page:
    """Serve what Telegram calls."""
    from bot.web.public import public_app
    from bot.web.serving import listen

    place = (settings.public_host, settings.public_port)
    app = public_app(take, webhook.secret, webhook_path(webhook.url, settings.root_path))
    return listen(app, *place, root_path=settings.root_path, trusted=settings.trusted_proxies)


def internal_page(app: App, database: Database, pulse: Pulse, faq: LiveFaq) -> Page:
    """Serve the health checks and the staff pages."""
    from bot.staff_site import staff_site
    from bot.web.internal import internal_app
    from bot.web.serving import listen

    settings = app.settings
    served = internal_app(pulse, faq, app.wiring.clock, staff_site(app, database, faq))
    place = (settings.internal_host, settings.internal_port)
    return listen(served, *place, root_path=settings.root_path, trusted=settings.trusted_proxies, side="INTERNAL")
