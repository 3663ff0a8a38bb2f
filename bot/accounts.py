"""Staff accounts: who may read, edit, publish and administer."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What an account may do; each role may do what the ones before it may."""

    READ = 1
    EDIT = 2
    PUBLISH = 3
    ADMINISTER = 4


@dataclass(frozen=True)
class Account:
    """Somebody who is logged in."""

    name: str
    role: Role
