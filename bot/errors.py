"""Errors an operator can act on; their text is one line."""


class BotError(Exception):
    """Something outside the program is wrong; the message says what and where."""

    exit_code = 1


class SettingsError(BotError):
    """A setting has a value that is not allowed."""

    exit_code = 2


class TextsError(BotError):
    """texts.yaml lacks a text or a placeholder."""


class StoreError(BotError):
    """The database cannot be used."""


class ModelsError(BotError):
    """The models or an encoder cannot be used."""


class WebError(BotError):
    """The bot cannot listen where it is to."""


class ConflictError(Exception):
    """Another process changed the chat meanwhile; the turn is to be repeated."""


class QuestionFileError(BotError):
    """A line of a question file cannot be read, or the results cannot be written."""

    exit_code = 2


class UsageError(BotError):
    """A verb was given something that it does not take."""

    exit_code = 2


class TokenError(BotError):
    """Telegram does not know the token."""


class OpeningHoursError(ValueError):
    """Opening hours cannot be read; the message names place, value and reason."""
