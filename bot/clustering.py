"""Puts the grouping of questions together: the verb `cluster`, and what starts it from time to time."""

from collections.abc import Callable
from contextlib import closing

from bot.bootstrap import App, Wiring, open_database
from bot.clusters import weigher
from bot.grouping import Shape, group
from bot.jobs import JobKind, working
from bot.linkage import Floats, Progress
from bot.ports import Understanding
from bot.regrouping import Regrouping
from bot.settings import Settings
from bot.store.database import Database
from bot.store.grouping import SqlGrouping
from bot.store.jobs import SqlJobs
from intents.background import Background, load_background, unit

_FAMILIES = {"usem3": "use", "e5": "e5"}
"""First part of an encoder's name → its family."""


def cluster(settings: Settings, wiring: Wiring, key: str | None, tell: Progress) -> tuple[int, int]:
    """Group the questions of the review list; return how many are new, and how many changed their group."""
    with closing(open_database(settings)) as database:
        jobs, clock = SqlJobs(database), wiring.clock
        with working(jobs, clock, JobKind.CLUSTER, "", key) as work:

            def progress(done: int, total: int) -> None:
                work.progress(done, total)
                tell(done, total)

            return group(SqlGrouping(database), shape(settings), reader(settings, wiring), clock.now(), progress)


def reader(settings: Settings, wiring: Wiring) -> Callable[[], Understanding]:
    """Return what makes a reader of texts: with the quick encoder alone, the other one has no part in it."""
    quick = settings.model_copy(update={"encoders": "usem3"})
    return lambda: App.from_settings(quick, wiring).understanding()


def shape(settings: Settings) -> Shape:
    """Return what turns vectors and words into what is compared."""
    background = load_background(settings.models_dir / "background.json")
    return Shape(lambda encoder, vectors: centred(background, encoder, vectors), _weigh(background))


def centred(background: Background, encoder: str, vectors: Floats) -> Floats:
    """Return unit vectors around the middle of German questions, as far as that is known of an encoder."""
    projection = background.projections.get(_FAMILIES.get(encoder.partition("-")[0], ""))
    if projection is None or vectors.shape[1] != len(projection.mean):
        return unit(vectors)
    return projection.centred(vectors)


def _weigh(background: Background) -> Callable[[str], float]:
    return weigher(background.frequency, background.questions)


def regrouping(database: Database, wiring: Wiring) -> Regrouping:
    """Return what starts the verb when it is time."""
    return Regrouping(SqlGrouping(database), SqlJobs(database), wiring.launcher, wiring.clock)
