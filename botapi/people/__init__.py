"""Citizens and clerks: what people do in Telegram's apps, and what they see there.

People and chats are named by their ids; a citizen's private chat with the bot has the citizen's id. Every verb works
over HTTP as well: `/control/people/<verb>` with the arguments as JSON.
"""

from botapi.people.membership import Membership
from botapi.people.pressing import Pressing
from botapi.people.seeing import Seeing
from botapi.people.topics import Topics
from botapi.people.writing import Writing


class People(Writing, Pressing, Membership, Topics, Seeing):
    """Acts on one world."""
