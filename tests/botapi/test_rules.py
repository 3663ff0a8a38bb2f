"""The server keeps its rules."""

import pytest

from botapi.server import Server
from tests.botapi.rules import RULES, Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_server_keeps_the_rule(server: Server, rule: Rule) -> None:
    """Each rule holds over real HTTP."""
    rule(server)
