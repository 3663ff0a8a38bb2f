"""Which messages go before others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.running import is_urgent
from intents.smalltalk import Smalltalk

SMALLTALK = Smalltalk.from_file()


@pytest.mark.parametrize("text", ["/mensch", "/mensch bitte", "/mensch@faq_bot", "es brennt in meiner wohnung"])
def test_emergencies_and_wishes_for_a_human_go_first(text: str) -> None:
    """Before their turn."""
    assert is_urgent(SMALLTALK, text)


@pytest.mark.parametrize("text", ["", "/menschen", "Wie brenne ich eine CD?", "Wo ist die /mensch"])
def test_other_messages_wait_their_turn(text: str) -> None:
    """However they sound."""
    assert not is_urgent(SMALLTALK, text)


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_looked_at(text: str) -> None:
    """It is looked at before the update is kept: nothing may stop that."""
    is_urgent(SMALLTALK, text)
