"""Prepares the language understanding of an FAQ, and trains its models."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.errors import BotError, ModelsError, SettingsError
from bot.ports import Understanding
from bot.settings import Settings
from bot.store.index import IndexCache
from intents.errors import DataError, ModelFileError
from intents.faq import FaqBase

if TYPE_CHECKING:
    from intents.encoder import Encoder
    from intents.models import LoadEncoders

log = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]
"""Called with (done, all) while the index is built."""


def build_understanding(
    settings: Settings,
    faq: FaqBase,
    today: date,
    progress: Progress | None,
    load: "LoadEncoders | None" = None,
) -> Understanding:
    """Prepare the matcher of an FAQ; seconds, with the embedding cache."""
    from intents.encoder import EncoderError
    from intents.matcher import build_matcher

    if not settings.models_dir.is_dir():
        raise SettingsError(f"MODELS_DIR: {settings.models_dir.absolute()}: Verzeichnis nicht gefunden")
    try:
        with _encoders_told():
            return build_matcher(
                faq,
                models=settings.models_dir,
                cache=IndexCache(settings.index_path),
                today=today,
                max_wrong_answer_rate=settings.max_wrong_answer_rate,
                out_of_scope_share=settings.out_of_scope_share,
                encoders=settings.encoders,
                load=load or load_once,
                progress=progress,
            )
    except FileNotFoundError as error:
        raise ModelsError(f"MODELS_DIR: {error.filename}: Datei nicht gefunden") from error
    except ModelFileError as error:
        raise ModelsError(f"MODELS_DIR: {error}: lässt sich nicht lesen") from error
    except EncoderError as error:
        raise ModelsError(f"ENCODERS={settings.encoders}: {error}") from error


@lru_cache(maxsize=1)
def load_once(reference: Path, *, wanted: str) -> Mapping[str, "Encoder"]:
    """Load the encoders once: a changed FAQ needs a new index, not their weights again."""
    from intents.encoder import load_encoders

    return load_encoders(reference, wanted=wanted)


@contextmanager
def _encoders_told() -> Iterator[None]:
    """Log the encoders that are left out; other warnings go their way."""
    from intents.encoder import EncoderWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", EncoderWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, EncoderWarning):
            log.warning("encoder_left_out", reason=str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def train_models(settings: Settings, data: Path) -> None:
    """Rebuild the models from labelled public questions."""
    try:
        from intents.train import train
    except ImportError as error:
        raise BotError(f"Zum Trainieren fehlt ein Paket ({error.name}). Bitte zuerst: make install-dev") from error
    try:
        with _encoders_told():
            train(data, settings.models_dir, cache=IndexCache(settings.index_path), say=print)
    except DataError as error:
        raise BotError(str(error)) from error
