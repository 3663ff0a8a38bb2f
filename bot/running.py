"""Puts the bot on Telegram together and runs it until it is told to stop."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from urllib.parse import unquote, urlsplit

from bot.bootstrap import App, forget_old, live_faq, open_database
from bot.channels.telegram.handler import TelegramHandler
from bot.channels.telegram.options import TelegramOptions, Webhook
from bot.channels.telegram.profile import profile_calls
from bot.channels.telegram.service import Page, Service, Take, run_service
from bot.content import Content
from bot.conversation import LONGEST_QUESTION
from bot.live import LiveFaq
from bot.ports import Leadership
from bot.pulse import Pulse
from bot.settings import Settings
from bot.store.addresses import SqlAddresses
from bot.store.database import Database
from bot.store.erasure import SqlRecords
from bot.store.inbox import SqlInbox
from bot.store.locks import LeaderLock, Role, SoleLeader
from bot.store.outbox import SqlOutbox
from bot.store.wakeup import listening
from intents.smalltalk import Smalltalk


def serve_telegram(app: App, options: TelegramOptions, ready: Callable[[], None]) -> None:
    """Run the bot; `ready` is called when questions can be answered. Raises BotError."""
    with closing(open_database(app.settings)) as database:
        faq = live_faq(app.settings, app.wiring, database)

        def prepare() -> None:
            faq.load()
            faq.start()
            ready()

        try:
            run_service(service(app, options, database, faq, prepare))
        finally:
            faq.stop()


def service(
    app: App, options: TelegramOptions, database: Database, faq: LiveFaq, prepare: Callable[[], None]
) -> Service:
    """Put all parts together."""
    settings, clock = app.settings, app.wiring.clock
    inbox = SqlInbox(database, keeps_dead=settings.question_retention_days > 0)
    pulse = Pulse(inbox.oldest_waiting, database.ping)
    records = SqlRecords(database)
    others = {"listening": partial(listening, settings.server_url)} if settings.server_url else {}
    return Service(
        options=options,
        handler=lambda me: TelegramHandler(me, partial(content, app, faq), records),
        inbox=inbox,
        outbox=SqlOutbox(database),
        addresses=SqlAddresses(database),
        clock=clock,
        pulse=pulse,
        polling=_leadership(settings, Role.POLL),
        sending=_leadership(settings, Role.SEND),
        public=partial(_webhook_page, settings, options.webhook) if options.webhook else None,
        pages=(partial(_internal_page, app, pulse, faq),),
        profile=profile_calls(app.texts),
        tidy=lambda: forget_old(database, settings, clock),
        clear=database.shrink_again,
        prepare=prepare,
        is_urgent=partial(is_urgent, Smalltalk.from_file()),
        slots=settings.workers,
        **others,
    )


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
    return unquote(urlsplit(url).path).removeprefix(root_path) or "/"


def _webhook_page(settings: Settings, webhook: Webhook, take: Take) -> Page:
    """Serve what Telegram calls."""
    from bot.web.public import public_app
    from bot.web.serving import listen

    place = (settings.public_host, settings.public_port)
    app = public_app(take, webhook.secret, webhook_path(webhook.url, settings.root_path))
    return listen(app, *place, root_path=settings.root_path, trusted=settings.trusted_proxies)


def _internal_page(app: App, pulse: Pulse, faq: LiveFaq) -> Page:
    """Serve the health checks."""
    from bot.web.internal import internal_app
    from bot.web.serving import listen

    settings = app.settings
    return listen(internal_app(pulse, faq, app.wiring.clock), settings.internal_host, settings.internal_port)
