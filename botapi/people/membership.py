"""People and groups come into being, join, leave and block."""

from botapi.people.base import Acting
from botapi.values import RIGHTS, Chat, Json, Member, User
from botapi.world import BOT_ID

FIRST_PERSON = 1_000_000


class Membership(Acting):
    """Who there is and who is where."""

    def citizen(self, first_name: str = "Erika", last_name: str | None = None, *, started: bool = True) -> int:
        """Let somebody exist and have a private chat with the bot; `started` is false before the first message."""
        with self._world.changing():
            user = User(FIRST_PERSON + self._world.number(), first_name, last_name=last_name, language_code="de")
            self._world.users[user.id] = user
            members = {BOT_ID: Member(), user.id: Member()}
            self._world.chats[user.id] = Chat(user.id, "private", members=members, started=started)
            return user.id

    def group(self, title: str = "Team", clerks: list[int] | None = None, *, forum: bool = True) -> int:
        """Let a supergroup exist with the bot as an administrator who may everything; the first clerk owns it."""
        with self._world.changing():
            members = {clerk: Member("creator" if place == 0 else "member") for place, clerk in enumerate(clerks or [])}
            members[BOT_ID] = Member("administrator", frozenset(RIGHTS))
            chat = Chat(-1_001_000_000_000 - self._world.number(), "supergroup", title, forum, members)
            self._world.chats[chat.id] = chat
            return chat.id

    def basic_group(self, title: str = "Team", clerks: list[int] | None = None) -> int:
        """Let a basic group exist, which may be upgraded with `migrate`."""
        with self._world.changing():
            members = {one: Member() for one in [*(clerks or []), BOT_ID]}
            chat = Chat(-1_000_000 - self._world.number(), "group", title, members=members)
            self._world.chats[chat.id] = chat
            return chat.id

    def block(self, person: int) -> None:
        """Block the bot."""
        self._set_bot(person, Member("kicked"), by=person)

    def unblock(self, person: int) -> None:
        """Let the bot write again."""
        self._set_bot(person, Member(), by=person)

    def kick_bot(self, person: int, group: int) -> None:
        """Throw the bot out of a group."""
        self._set_bot(group, Member("kicked"), by=person)

    def give_rights(self, person: int, group: int, rights: list[str]) -> None:
        """Make the bot an administrator with these rights alone; without any it is a plain member."""
        self._set_bot(group, Member("administrator", frozenset(rights)) if rights else Member(), by=person)

    def join(self, person: int, group: int) -> None:
        """Come into a group."""
        self._move(person, group, Member(), {"new_chat_members": [self._world.users[person].json()]})

    def leave(self, person: int, group: int) -> None:
        """Leave a group."""
        self._move(person, group, Member("left"), {"left_chat_member": self._world.users[person].json()})

    def migrate(self, person: int, group: int) -> int:
        """Upgrade a group to a supergroup; returns the new chat's id."""
        new = self.group(self._world.chats[group].title)
        with self._world.changing():
            old, chat = self._world.chats[group], self._world.chats[new]
            chat.members.update(old.members)
            self._world.service(old, person, {"migrate_to_chat_id": new})
            self._world.service(chat, person, {"migrate_from_chat_id": group})
            old.migrated_to = new
            return new

    def _set_bot(self, chat: int, member: Member, by: int) -> None:
        """Change what the bot is in a chat."""
        with self._world.changing():
            self._world.change_member(self._world.chats[chat], BOT_ID, member, by)

    def _move(self, person: int, group: int, member: Member, content: Json) -> None:
        """Change whether a person is in a group."""
        with self._world.changing():
            chat = self._world.chats[group]
            self._world.change_member(chat, person, member, person)
            self._world.service(chat, person, content)
