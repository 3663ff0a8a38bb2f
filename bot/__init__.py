"""The bot: conversation, channels, store and command line around the language understanding."""
