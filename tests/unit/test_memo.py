"""Embeddings that the benchmarks remember."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.memo import CHUNK, Memo

THREADS, ROUNDS = 8, 40


def test_what_was_put_is_found(tmp_path: Path) -> None:
    """More keys than one statement takes, none that is missing, and by the next program as well."""
    items = {f"k{number}": bytes([number % 256]) for number in range(2 * CHUNK + 1)}
    memo = Memo(tmp_path / "new")
    memo.put(items)
    assert memo.get([*items, "missing"]) == items == Memo(tmp_path / "new").get(list(items))


def test_threads_share_a_memo(tmp_path: Path) -> None:
    """Each finds at once what it put, while others write and read; nothing fails and nothing is lost."""
    memo = Memo(tmp_path)

    def work(thread: int) -> Mapping[str, bytes]:
        mine = {f"{thread}:{number}": f"{thread}/{number}".encode() for number in range(ROUNDS)}
        for key, value in mine.items():
            memo.put({key: value, f"{key}!": value})
            assert memo.get([key, f"{key}!"]) == {key: value, f"{key}!": value}
        return mine

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        written = list(pool.map(work, range(THREADS)))
    every = {key: value for items in written for key, value in items.items()}
    assert Memo(tmp_path).get(list(every)) == every
