"""A bare bot of python-telegram-bot that repeats every message: what throughput.py is compared with."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

AT_ONCE = 8
"""Updates under way, as many as this project's messages; more make httpx slower."""


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Repeat a message."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Poll until a signal."""
    url, token = sys.argv[1:]
    builder = Application.builder().token(token).base_url(f"{url}/bot").concurrent_updates(AT_ONCE)
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
