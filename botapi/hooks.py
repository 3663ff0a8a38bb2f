"""Calls that say where updates go; `delivery.py` brings them there."""

import re
from urllib.parse import urlsplit

from botapi import errors
from botapi.errors import bad
from botapi.params import Params, decoded, flag, number, text
from botapi.values import Json, present
from botapi.world import Webhook, World

MAX_CONNECTIONS = 100
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def set_webhook(world: World, params: Params) -> bool:
    """Deliver updates to an address; unlike Telegram, over plain HTTP. Unset `allowed_updates` stay as they were."""
    url, secret = text(params, "url") or "", text(params, "secret_token")
    if not url:
        return delete_webhook(world, params)
    if urlsplit(url).scheme != "http" or not urlsplit(url).hostname:
        raise bad(errors.BAD_WEBHOOK)
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad(errors.BAD_SECRET)
    connections = min(MAX_CONNECTIONS, max(1, number(params, "max_connections", 40)))
    world.updates.allow(decoded(params, "allowed_updates"))
    return _change(world, params, Webhook(url, secret, connections))


def delete_webhook(world: World, params: Params) -> bool:
    """Let updates wait for getUpdates again."""
    return _change(world, params, Webhook())


def webhook_info(world: World, params: Params) -> Json:  # noqa: ARG001 - every method is called alike
    """Return where updates go, how many wait and what went wrong last."""
    hook = world.webhook
    date, message = hook.last_error or (None, None)
    return {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.waiting(world.clock.now())),
        **({"max_connections": hook.max_connections, "ip_address": "127.0.0.1"} if hook.url else {}),
        **present({"last_error_date": date, "last_error_message": message, "allowed_updates": world.updates.asked}),
    }


def _change(world: World, params: Params, hook: Webhook) -> bool:
    """Put a webhook in place of the old one."""
    if flag(params, "drop_pending_updates"):
        world.updates.clear()
    world.webhook = hook
    return True
