"""What the Telegram channel is told by the operator."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Telegram's limits on what a bot sends."""

    overall_per_second: float = 30
    private_per_second: float = 1
    private_burst: int = 3
    """Messages that a private chat takes at once before its rate counts."""
    group_per_minute: float = 20


@dataclass(frozen=True)
class Webhook:
    """Where Telegram delivers updates, when it is not polled."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class TelegramOptions:
    """How to reach Telegram."""

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    proxy_url: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates to trust beside the well-known ones."""
    webhook: Webhook | None = None
    """None: the updates are polled."""
    limits: Limits = Limits()
