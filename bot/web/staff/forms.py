"""Reading what a browser sends: not too much, and nothing that no keyboard gives."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import Request

from bot.web.public import read

LARGEST = 512 * 1024
"""Bytes of a form."""
_MOST_FIELDS = 2000
_FORM = "application/x-www-form-urlencoded"
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""No database takes NUL, no page shows the others; tabs and line ends are text."""


class TooLargeError(Exception):
    """A form is longer than any of ours."""


class BadFormError(Exception):
    """A form that no page of ours sends."""


async def form_of(request: Request) -> FormData:
    """Return the fields of a POST; raises TooLargeError and BadFormError."""
    body = await read(request, LARGEST)
    if body is None:
        raise TooLargeError
    kind = request.headers.get("content-type", _FORM).partition(";")[0].strip().casefold()
    if kind != _FORM:
        raise BadFormError
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadFormError from error
    return FormData([(key, value.replace("\r\n", "\n")) for key, value in pairs])


def is_readable(values: Iterable[str]) -> bool:
    """Say whether texts hold nothing but what can be seen and stored."""
    return not any(_UNSEEN.search(value) for value in values)


def all_texts(*found: ImmutableMultiDict[str, Any] | Mapping[str, Any]) -> list[str]:
    """Return names and values of fields."""
    return [str(text) for each in found for pair in _pairs(each) for text in pair]


def _pairs(found: ImmutableMultiDict[str, Any] | Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    return found.multi_items() if isinstance(found, ImmutableMultiDict) else found.items()
