"""How quick the review of many logged questions is: its pages, the dashboard, and the grouping in a process of its own.

    python benchmarks/review.py --data DIR [--size 100000] [--engines sqlite postgresql]

The questions are the labelled public ones with noise in their stored embeddings, each a little another one; all of
them need somebody, which is the worst case. The grouping is the real verb as a child process; questions are answered
in this process meanwhile, as the bot does. Exits with 1 when a goal is missed.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from starlette.applications import Starlette
from starlette.routing import Mount

from benchmarks.live_bot import ENGINES, ROOT, databases, opened
from benchmarks.review_log import Source, fill
from benchmarks.tables import markdown
from bot.accounts import Role
from bot.clock import SystemClock
from bot.jobs import JobKind, JobState, Processes, start
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.review_items import Filter, Order
from bot.reviewing import Reviewing
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.figures import SqlFigures
from bot.store.jobs import SqlJobs
from bot.store.migrate import upgrade
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from bot.web.staff import figures_pages, group_pages, own_pages, review_pages, start_pages
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from intents.faq import load_faq, parse_faq
from intents.query import Query
from tests.staff.room import NAMES, Browser, settle

NEW, NEW_SECONDS, ALL_SECONDS, PAGE_MS = 1000, 10.0, 300.0, 300.0
LIST: tuple[dict[str, Any], ...] = (
    {},
    {"page": 5},
    {"sortierung": "trend"},
    {"sortierung": "zuerst", "zustand": "alle"},
)
NARROWED: tuple[dict[str, Any], ...] = (
    {"suche": "Wohnung"},
    {"suche": "überhaupt nicht da"},
    {"grund": "unanswered", "sortierung": "anzahl"},
    {"von": "2020-01-01", "eintrag": "bot-wer"},
)
ROUNDS = 10
_PAUSE = 0.05


@dataclass(frozen=True)
class Grouped:
    """One run of the grouping beside answers."""

    seconds: float
    processor: float
    """Seconds of processor time: what the others on this machine do makes no difference to it."""
    answers: Sequence[float]
    """Milliseconds each."""

    @property
    def shown(self) -> str:
        """The times, as the table has them."""
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of a core)"


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled questions")
    parser.add_argument("--size", type=int, default=100_000, help="logged questions")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    return parser.parse_args(words)


def say(line: str) -> None:
    """Tell on stderr how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def grouped(database: Database, url: str, source: Source) -> Grouped:
    """Run the verb as the bot does, and answer questions until it has ended."""
    jobs, clock = SqlJobs(database), SystemClock()
    launcher = Processes(environment={**os.environ, "DATABASE_URL": url})
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    job = start(jobs, launcher, JobKind.CLUSTER, "", clock.now())
    answers, told = [], -1
    while (found := jobs.of_key(job.key)) and found.state is JobState.RUNNING:
        answers += answered(source, 5)
        if found.percent // 25 != told:
            told = found.percent // 25
            say(f"  {found.done} of {found.total}")
    spent = time.perf_counter() - began
    if found is None or found.state is not JobState.DONE:
        raise SystemExit(f"the grouping failed: {found}")
    launcher.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Grouped(spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, answers)


def answered(source: Source, count: int) -> list[float]:
    """Answer some questions with a pause between them; return their times in milliseconds."""
    found = []
    for text in np.random.default_rng().choice(source.texts, count):
        time.sleep(_PAUSE)
        began = time.perf_counter()
        source.matcher.match(Query(str(text)))
        found.append((time.perf_counter() - began) * 1000)
    return found


@contextmanager
def browser(database: Database) -> Iterator[tuple[Browser, Reviewing]]:
    """Give the pages of the review, and somebody who is logged in."""
    publishing, jobs = Publishing(SqlDrafts(database)), SqlJobs(database)
    service = Reviewing(SqlReview(database), SqlDeeds(database), publishing, jobs, Processes())
    logins = settle(database, SystemClock())
    faq = load_faq(ROOT / "faq_data.yaml")
    pages = [*start_pages.pages(lambda: ()), *review_pages.pages(service), *group_pages.pages(service)]
    pages += figures_pages.pages(SqlFigures(database), lambda: faq)
    front = Front([*pages, *own_pages.pages(logins)], logins, SystemClock())
    made = Browser(Starlette(routes=[Mount("/staff", staff_app(front))]))
    made.log_in(NAMES[Role.EDIT])
    yield made, service


Times = list[tuple[float, float]]
"""Milliseconds of each page, and of a core."""


def page_times(ask: Callable[[], int], rounds: int = ROUNDS) -> Times:
    """Open a page again and again; return the milliseconds, and those of a core."""
    found = []
    for _ in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        status = ask()
        found.append(((time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000))
        if status != 200:
            raise SystemExit(f"a page answered with {status}")
    return found


def pages(database: Database) -> dict[str, Times]:
    """Measure the list, the list with filters, and the pages of large and other groups."""
    with browser(database) as (one, service):

        def opened_list(query: dict[str, Any]) -> int:
            return one.get("/auswertung", **query).status_code

        largest = service.list.groups(Filter(order=Order.COUNT), most=10)
        others = service.list.groups(Filter(order=Order.FIRST), most=10)
        say(f"  {service.list.page(Filter(), most=1, skip=0)[1]} groups, the largest has {largest[0].count} questions")
        groups = [f"/auswertung/{group.number}" for group in (*largest, *others)]
        return {
            "list": [ms for query in LIST for ms in page_times(partial(opened_list, dict(query)))],
            "list, narrowed": [ms for query in NARROWED for ms in page_times(partial(opened_list, dict(query)))],
            "dashboard": page_times(lambda: one.get("/zahlen").status_code),
            "group": [ms for path in groups for ms in page_times(lambda: one.get(path).status_code, 2)],  # noqa: B023
        }


def measure(engine: str, url: str, source: Source, size: int) -> tuple[list[list[str]], bool]:
    """Fill a database, group, add, group again, and open pages; return table rows and whether the goals are met."""
    now = SystemClock().now()
    with closing(opened(url)) as database:
        upgrade(database)
        yaml = (ROOT / "faq_data.yaml").read_text(encoding="utf-8")
        version = FaqVersion(parse_faq(yaml).hash, yaml, "benchmark", now)
        SqlFaqVersions(database).publish(version, instead_of=None)
        say(f"{engine}: filling")
        fill(database, source, 1, size, now)
        alone = answered(source, 100)
        say(f"{engine}: grouping {size}")
        whole = grouped(database, url, source)
        fill(database, source, size + 1, NEW, now)
        say(f"{engine}: grouping {NEW} more")
        more = grouped(database, url, source)
        say(f"{engine}: pages")
        times = pages(database)
    rows = [
        [engine, f"grouping {size}", whole.shown, f"{ALL_SECONDS:.0f} s"],
        [engine, f"grouping {NEW} more", more.shown, f"{NEW_SECONDS:.0f} s"],
        *([engine, f"page: {name}", page_quantiles(each), f"p95 {PAGE_MS:.0f} ms"] for name, each in times.items()),
        [engine, "answers alone", quantiles(alone), ""],
        [engine, "answers beside the grouping", quantiles([*whole.answers, *more.answers]), ""],
    ]
    is_quick = all(np.percentile([ms for ms, _ in each], 95) <= PAGE_MS for each in times.values())
    return rows, is_quick and whole.seconds <= ALL_SECONDS and more.seconds <= NEW_SECONDS


def page_quantiles(found: Times) -> str:
    """Write p50, p95 and p99, and p95 of a core."""
    return (
        f"{quantiles([ms for ms, _ in found])} (p95 {np.percentile([core for _, core in found], 95):.0f} ms of a core)"
    )


def quantiles(found: Sequence[float]) -> str:
    """Write p50, p95 and p99."""
    return ", ".join(f"p{q} {np.percentile(found, q):.0f} ms" for q in (50, 95, 99))


def main() -> int:
    """Measure and print."""
    options = arguments()
    say("reading")
    source = Source.read(options.data, options.memo)
    lines, good = [["engine", "what", "measured", "goal"]], True
    with tempfile.TemporaryDirectory() as folder, databases(tuple(options.engines), Path(folder)) as database:
        for engine in options.engines:
            rows, is_good = measure(engine, database(engine), source, options.size)
            lines += rows
            good = good and is_good
    print(markdown(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
