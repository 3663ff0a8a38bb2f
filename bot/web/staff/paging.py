"""Long lists, a page at a time."""

_LAST = 1_000_000


def page_number(text: str) -> int | None:
    """Return the number of a page from 1 on; None for what is none."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(_LAST)):
        return None
    return int(text) if 1 <= int(text) <= _LAST else None


def pages_of(count: int, each: int) -> int:
    """Return how many pages so many rows have; an empty list has one."""
    return max(1, -(-count // each))
