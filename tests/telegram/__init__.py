"""The Telegram channel, through real HTTP against the local Bot API server."""
