"""Starts the bot: run_bot.py VERB."""

from bot.cli import main
from bot.cli_ending import leave

if __name__ == "__main__":
    leave(main())
