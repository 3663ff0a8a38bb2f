"""The running bot's parts, as far as they need no loop."""

from bot.channels.telegram.service import ring


def test_a_topic_of_a_newer_release_is_no_trouble() -> None:
    """The thread that listens would end, and nobody would notice."""
    ring({}, "aufräumen")
