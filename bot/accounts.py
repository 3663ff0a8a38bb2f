"""Staff accounts: who may read, edit, publish and administer."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Role(IntEnum):
    """What an account may do; each role may do what the ones before it may."""

    READ = 1
    EDIT = 2
    PUBLISH = 3
    ADMINISTER = 4

    @property
    def word(self) -> str:
        """The role as staff and operators call it."""
        return _WORDS[self]

    @classmethod
    def from_word(cls, word: str) -> "Role":
        """Return the role of a word, also without umlaut; raises KeyError."""
        plain = word.strip().casefold().replace("oe", "ö")
        return {name: role for role, name in _WORDS.items()}[plain]


_WORDS = {
    Role.READ: "lesen",
    Role.EDIT: "bearbeiten",
    Role.PUBLISH: "veröffentlichen",
    Role.ADMINISTER: "verwalten",
}
ROLE_WORDS = tuple(_WORDS.values())
"""From the least to the most."""


def roles_of(text: str) -> dict[str, Role]:
    """Return roles by group, of «GRUPPE=ROLLE; GRUPPE=ROLLE»; a group may hold «=» itself. Raises ValueError."""
    found = {}
    for each in filter(None, map(str.strip, text.split(";"))):
        group, sign, role = each.rpartition("=")
        try:
            found[group.strip()] = Role.from_word(role)
        except KeyError:
            raise ValueError("no role") from None
        if not sign or not group.strip():
            raise ValueError("no group")
    return found


@dataclass(frozen=True)
class Account:
    """Somebody who is logged in."""

    name: str
    role: Role
    key: str = ""
    """Random; stays when the name changes."""


@dataclass(frozen=True)
class Deed:
    """Something that somebody did on the staff pages."""

    at: datetime
    who: str
    action: str
    subject: str
