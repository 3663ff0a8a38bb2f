"""Passwords: how they are hashed, what a good one is, and the first one of an account."""

import re
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 128
"""Letters of a password."""

_AT_ONCE = 2
"""Hashes that are made at the same time; each takes memory."""
_FEWEST_KINDS = 5
_SHORTEST_NAME = 4
"""Letters of a part of a name that a password must not hold."""
_COMMON = re.compile(
    "(?:passwor[td]|kennwort|geheim|willkommen|welcome|hallo|test|admin|administrator|stadt|heilbronn|rathaus|verwaltung"
    "|start|login|letmein|schatz|fussball|deutschland|qwert[zy]?|uiop|asdf(?:gh)?|jkl|yxcv|zxcv|bnm|abc(?:def)?"
    "|fruehling|sommer|herbst|winter|ich|bin|das|mein|ist|neu|neues|und)+",
)
"""Words of which guesses are made; digits and signs between them make no difference."""
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""None of which looks like another."""


class Passwords:
    """Makes and checks Argon2id hashes; the library's own cost unless told otherwise."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._nobody = self.hashed(secrets.token_hex())

    def hashed(self, password: str) -> str:
        """Return what is stored of a password."""
        with self._turns:
            return self._hasher.hash(_one_form(password))

    def is_right(self, password: str, stored: str | None) -> bool:
        """Compare with what is stored; where nothing is, it takes as long and is never right."""
        with self._turns:
            try:
                self._hasher.verify(stored or self._nobody, _one_form(password))
            except (Argon2Error, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Say whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)


def first_password() -> str:
    """Return a random password that can be read out: four groups of five letters, 100 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def weakness(password: str, name: str) -> str | None:
    """Say in German what is wrong with a new password; None for a good one."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        return f"Das Passwort braucht mindestens {SHORTEST} Zeichen."
    if len(password) > LONGEST:
        return f"Das Passwort darf höchstens {LONGEST} Zeichen haben."
    if len(set(folded)) < _FEWEST_KINDS:
        return f"Das Passwort braucht mindestens {_FEWEST_KINDS} verschiedene Zeichen."
    if not (letters := _letters(folded)) or _COMMON.fullmatch(letters):
        return "Dieses Passwort errät man leicht. Bitte nehmen Sie vier Wörter, die nichts miteinander zu tun haben."
    if any(part in folded for part in _parts(name)):
        return "Das Passwort darf Ihren Namen nicht enthalten."
    return None


def _letters(folded: str) -> str:
    """Return the letters of a password, umlauts written out."""
    return "".join(sign for sign in folded.translate(_WRITTEN_OUT) if sign.isalpha())


def _parts(name: str) -> tuple[str, ...]:
    """Return a name and what it consists of, as far as that is long enough."""
    whole = name.casefold()
    return (whole, *(part for part in re.split(r"[\W_]+", whole) if len(part) >= _SHORTEST_NAME))


def _one_form(password: str) -> str:
    """Return a password as every keyboard gives it: «ü» may come as one sign or as two."""
    return unicodedata.normalize("NFKC", password)
