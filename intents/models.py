"""The models below a folder: loaded together, told apart by one hash."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from intents.background import Background, load_background
from intents.encoder import Encoder, check_all, load_encoders
from intents.errors import ModelFileError
from intents.ranker import Ranker, load_ranker

_T = TypeVar("_T")


class LoadEncoders(Protocol):
    """Gives the encoders by family."""

    def __call__(self, reference: Path, *, wanted: str) -> Mapping[str, Encoder]:
        """Return those that are wanted and pass their self-check."""
        ...


@dataclass(frozen=True)
class Models:
    """What was learned, and the encoders that it was learned with."""

    background: Background
    ranker: Ranker
    available: Mapping[str, Encoder]
    """Family → encoder; the ranker may need fewer."""

    @property
    def encoders(self) -> dict[str, Encoder]:
        """The encoders that the ranker reads, by family."""
        return {family: self.available[family] for family in self.ranker.families}

    @property
    def hash(self) -> str:
        """What tells these models from others; every decision carries it."""
        names = " ".join(encoder.name for encoder in self.encoders.values())
        return hashlib.sha256(f"{self.ranker.hash} {self.background.hash} {names}".encode()).hexdigest()[:16]

    def check(self) -> None:
        """Hold the encoders against their reference vectors; raises EncoderError."""
        check_all(self.available.values())


def load_models(folder: Path, *, wanted: str = "auto", load: LoadEncoders = load_encoders) -> Models:
    """Load what lies below a folder, with the weights for the encoders that there are.

    Raises EncoderError, FileNotFoundError and ModelFileError.
    """
    background = _read(load_background, folder / "background.json")
    available = _read(partial(load, wanted=wanted), folder / "reference.json")
    variant = "both" if "e5" in available else "usem3"
    return Models(background, _read(load_ranker, folder / f"ranker-{variant}.json"), available)


def _read(load: Callable[[Path], _T], path: Path) -> _T:
    """Load a file; one that is broken is named."""
    try:
        return load(path)
    except (ValueError, LookupError, TypeError) as error:
        raise ModelFileError(str(path)) from error
