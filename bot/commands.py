"""What the commands do: /start, /themen, /mensch, /leicht, /hilfe, /datenschutz, /impressum, /ende."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.answers import help_reply, human_reply, privacy_reply
from bot.effects import Leave
from bot.replies import Reply
from bot.situation import Situation
from bot.topics import topics_reply
from bot.turn import Turn

Obey = Callable[[Situation], Turn]


def obey(situation: Situation, name: str) -> Turn:
    """Carry out a command; an unknown one gets a polite hint."""
    command = COMMANDS.get(name)
    if command is None:
        return _say(situation, situation.texts.command_unknown.format(befehl=name))
    return command(situation)


def start(situation: Situation) -> Turn:
    """Welcome the citizen and show the topics."""
    texts, title = situation.texts, situation.faq.title
    template = texts.welcome_titled if title else texts.welcome
    welcome, topics = template.format(titel=title, vorstellung=texts.introduction).strip(), topics_reply(situation)
    state = replace(situation.state.without_context(), introduced=True)
    return Turn(state, (replace(topics, text=f"{welcome}\n\n{topics.text}"),))


def show_topics(situation: Situation) -> Turn:
    """Show the menu of topics."""
    return Turn(situation.state, (topics_reply(situation),))


def show_human(situation: Situation) -> Turn:
    """Show how to reach a human."""
    return Turn(situation.state, (human_reply(situation),))


def toggle_plain(situation: Situation) -> Turn:
    """Switch plain language on or off."""
    plain = not situation.state.plain
    text = situation.texts.plain_on if plain else situation.texts.plain_off
    return Turn(replace(situation.state, plain=plain), (Reply(text),))


def show_help(situation: Situation) -> Turn:
    """Show what can be typed."""
    return Turn(situation.state, (help_reply(situation),))


def show_privacy(situation: Situation) -> Turn:
    """Say what is stored and for how long."""
    return Turn(situation.state, (privacy_reply(situation),))


def show_imprint(situation: Situation) -> Turn:
    """Say who is responsible, as far as it is known."""
    texts, imprint = situation.texts, situation.faq.contact.imprint
    return _say(situation, texts.imprint.format(wert=imprint) if imprint else texts.imprint_unknown)


def leave(situation: Situation) -> Turn:
    """Say good-bye."""
    return Turn(situation.state.without_context(), (Reply(situation.texts.farewell),), (Leave(),))


def _say(situation: Situation, text: str) -> Turn:
    return Turn(situation.state, (Reply(text.strip()),))


COMMANDS: Mapping[str, Obey] = {
    "start": start,
    "themen": show_topics,
    "mensch": show_human,
    "leicht": toggle_plain,
    "hilfe": show_help,
    "help": show_help,
    "datenschutz": show_privacy,
    "impressum": show_imprint,
    "ende": leave,
}
"""Every command by its name."""
