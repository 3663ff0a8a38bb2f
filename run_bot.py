"""Starts the bot: run_bot.py VERB."""

import gc
import sys

from bot.cli import main

if __name__ == "__main__":
    code = main()
    gc.freeze()  # else all models are searched for garbage, on a busy machine for longer than a stop may take
    sys.exit(code)
