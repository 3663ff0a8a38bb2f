"""Which tests stay on one worker when two run them (`make test`)."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = {
    "tests/e2e/": "programs",
    "tests/integration/test_docs.py": "programs",
    "tests/integration/test_matcher.py": "matcher",
    "tests/integration/test_wordings.py": "matcher",
}
"""Files that share what is long in the making: running programs and their vectors, the shipped FAQ's matcher."""
ANYWHERE = ("tests/botapi/", "tests/telegram/")
"""Folders whose tests share nothing: each test goes to whoever has time."""


def group_of(test: str) -> str:
    """Return the group of a test, by its place: its file, where nothing else is said."""
    found = (group for place, group in TOGETHER.items() if test.startswith(place))
    file = test.partition("::")[0]
    return next(found, test if test.startswith(ANYWHERE) else file)


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # xdist brings no types
    """Deals out one group after the other; xdist's own groups need marks that pytest 9.2 does not hand over."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
