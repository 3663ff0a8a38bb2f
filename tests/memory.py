"""Where the tests' files are: in memory where there is room.

A commit waits for a disk some milliseconds, and there are tens of thousands. Here programs are killed, not machines.
"""

import os
import shutil
import tempfile
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30


def temporary_root() -> Path:
    """Return the folder for temporary files."""
    if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM:
        return IN_MEMORY
    return Path(tempfile.gettempdir())
