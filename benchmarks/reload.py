"""How long a changed answer takes until it is live, while questions are asked all the time."""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.bootstrap import PRODUCTION, live_faq, open_database
from bot.live import LiveFaq
from bot.settings import ROOT, load_settings
from intents.query import Query

LIMIT = 5.0
"""Seconds within which a change has to be live."""
QUESTION = "Wer hat die Digitalstrategie beschlossen?"


def main() -> int:
    """Change the FAQ several times and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faq_data.yaml"
        path.write_bytes((ROOT / "faq_data.yaml").read_bytes())
        settings = load_settings(env_file=None, data_dir=Path(folder), faq_path=path)
        with closing(open_database(settings)) as database:
            faq = live_faq(settings, PRODUCTION, database)
            faq.load()
            return measure(faq, path, options.changes)


def measure(faq: LiveFaq, path: Path, changes: int) -> int:
    """Ask in two threads while the file changes."""
    stop, waits = threading.Event(), list[float]()
    askers = [threading.Thread(target=ask, args=(faq, stop, waits)) for _ in range(2)]
    faq.start()
    for asker in askers:
        asker.start()
    times = [change(faq, path, number) for number in range(changes)]
    stop.set()
    for asker in askers:
        asker.join()
    faq.stop()
    print(f"{changes} changes: live after {statistics.median(times):.1f} s in the median, {max(times):.1f} s at most")
    waits.sort()
    p50, p99 = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99))
    print(f"{len(waits)} questions meanwhile: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    return int(max(times) > LIMIT)


def ask(faq: LiveFaq, stop: threading.Event, waits: list[float]) -> None:
    """Ask one question after the other, with a pause as long as an answer: half of what the machine can do."""
    while not stop.is_set():
        started = time.perf_counter()
        faq.current().decide(Query(QUESTION))
        waits.append(time.perf_counter() - started)
        stop.wait(waits[-1])


def change(faq: LiveFaq, path: Path, number: int) -> float:
    """Change one entry's answer and one wording; return the seconds until it is live."""
    before, text = faq.current().hash, path.read_text(encoding="utf-8")
    first = text.index("    answer: |\n") + len("    answer: |\n")
    path.write_text(f"{text[:first]}      Änderung {number}.\n\n{text[first:]}", encoding="utf-8")
    started = time.perf_counter()
    while faq.current().hash == before:
        time.sleep(0.01)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
