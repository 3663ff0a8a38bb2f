"""Checks what the server sends against aiogram's models: a second, independent description of the Bot API.

A payload conforms when aiogram reads it, knows every key, and would write the very same again: a number sent as text
is read, but not written so.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from aiogram import methods
from aiogram.types import TelegramObject, Update
from pydantic import BaseModel, TypeAdapter, ValidationError

_UPDATE = TypeAdapter(Update)


def complaints(method: str, result: Any) -> list[str]:
    """Say what is wrong with the result of a method, named in any case."""
    if method.lower() == "getupdates":
        return [found for one in result for found in update_complaints(one)]
    return [f"{method}: {found}" for found in _compared(_returning(method.lower()), result)]


def update_complaints(update: Any) -> list[str]:
    """Say what is wrong with an update."""
    return [f"update: {found}" for found in _compared(_UPDATE, update)]


@cache
def _methods() -> dict[str, Any]:
    """Return aiogram's methods by their names in small letters."""
    return {name.lower(): getattr(methods, name) for name in methods.__all__}


@cache
def _returning(method: str) -> TypeAdapter[Any]:
    """Return what a method returns."""
    return TypeAdapter(_methods()[method].__returning__)


def _compared(adapter: TypeAdapter[Any], payload: Any) -> Iterator[str]:
    """Yield differences between a payload and what aiogram makes of it."""
    try:
        read = adapter.validate_python(payload)
    except ValidationError as error:
        yield from (f"{_place(one['loc'])}: {one['msg']}" for one in error.errors())
        return
    yield from _unknown(read, "")
    yield from _changed(payload, _written(read), "")


def _unknown(value: Any, place: str) -> Iterator[str]:
    """Yield the keys that aiogram does not know."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _unknown(one, f"{place}.{number}")
    if isinstance(value, BaseModel):
        yield from (f"{place}.{key}: unknown key" for key in value.model_extra or {})
        for key in value.model_fields_set & type(value).model_fields.keys():
            yield from _unknown(getattr(value, key), f"{place}.{key}")


def _written(value: Any) -> Any:
    """Return the JSON that aiogram would write."""
    if isinstance(value, list):
        return [_written(one) for one in value]
    return (
        value.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(value, TelegramObject) else value
    )


def _changed(sent: Any, written: Any, place: str) -> Iterator[str]:
    """Yield the values that come out otherwise than they went in."""
    if isinstance(sent, dict) and isinstance(written, dict):
        for key in sent.keys() & written.keys():
            yield from _changed(sent[key], written[key], f"{place}.{key}")
    elif isinstance(sent, list) and isinstance(written, list):
        for number, (before, after) in enumerate(zip(sent, written, strict=False)):
            yield from _changed(before, after, f"{place}.{number}")
    elif type(sent) is not type(written) or sent != written:
        yield f"{place}: {sent!r} would be {written!r}"


def _place(parts: tuple[int | str, ...]) -> str:
    """Return where something stands."""
    return ".".join(str(part) for part in parts)
