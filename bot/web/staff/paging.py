"""Long lists, a page at a time; the numbers that addresses and forms name."""

_LAST = 1_000_000
_LARGEST = 2**31 - 1
"""Of what a database counts."""


def page_number(text: str) -> int:
    """Return the number of a page; 1 for what is none."""
    return _number(text, _LAST) or 1


def row_number(text: str) -> int | None:
    """Return the number of a question, a group or whatever else is counted from 1 on; None for what is none."""
    return _number(text, _LARGEST)


def _number(text: str, most: int) -> int | None:
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(most)):
        return None
    return int(text) if 1 <= int(text) <= most else None


def pages_of(count: int, each: int) -> int:
    """Return how many pages so many rows have; an empty list has one."""
    return max(1, -(-count // each))
