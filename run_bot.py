"""Starts the bot: run_bot.py VERB."""

import sys

from bot.cli import main

if __name__ == "__main__":
    sys.exit(main())
