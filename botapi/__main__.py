"""`python -m botapi`: the server, and a terminal to try a bot with."""

import argparse
import sys
from collections.abc import Iterator

from botapi.limits import UNLIMITED, Limits
from botapi.server import Server
from botapi.terminal import HELP, Terminal
from botapi.world import TOKEN


def main() -> None:
    """Serve until the input ends."""
    options = read_options()
    limits = Limits() if options.limits else UNLIMITED
    with Server(token=options.token, port=options.port, limits=limits, delay=options.delay) as server:
        terminal = Terminal(server, lambda text: print(text, flush=True))
        print(f"Bot API: {server.url}   token: {server.token}   staff group: {terminal.group}\n{HELP}", flush=True)
        terminal.run(typed())


def read_options() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m botapi", description="A Bot API server without Telegram.")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--limits", action="store_true", help="keep Telegram's rate limits")
    return parser.parse_args()


def typed() -> Iterator[str]:
    """Yield lines until Ctrl-D or Ctrl-C."""
    try:
        yield from sys.stdin
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
