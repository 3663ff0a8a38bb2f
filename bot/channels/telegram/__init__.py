"""The Telegram channel: receive, translate, render, send."""
