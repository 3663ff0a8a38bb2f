"""A rule that nobody would miss is no rule: with each one broken, its scene fails.

The same for the check against aiogram's models: a payload that Telegram would never send must be reported.
"""

from collections.abc import Callable
from typing import Any

import pytest

from botapi import access, delivery, editing, forum, gateway, limits, markup, profile, sending, updates, world
from botapi.conformity import complaints, update_complaints
from botapi.methods import METHODS
from botapi.people.membership import Membership
from botapi.people.seeing import Seeing
from botapi.polling import Poller
from botapi.server import Server
from botapi.updates import UpdateQueue
from botapi.values import Member, Message
from tests.botapi import rules
from tests.botapi.rules import RULES, Rule

Break = Callable[[pytest.MonkeyPatch], None]


def replaced(owner: Any, name: str, value: Any) -> Break:
    """Return what puts something else in place of a part of the server."""
    return lambda monkeypatch: monkeypatch.setattr(owner, name, value)


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


def method_replaced(name: str, method: Callable[..., Any]) -> Break:
    """Return what puts another method in place of the server's."""
    return lambda monkeypatch: monkeypatch.setitem(METHODS, name, method)


def read_and_forget(self: UpdateQueue, offset: int, limit: int, now: float) -> list[updates.Update]:
    """Confirm by reading, as no Bot API does."""
    found = [update for update in self.waiting(now) if update.id >= offset][:limit]
    self.clear()
    return found


def never_confirm(self: UpdateQueue, offset: int, limit: int, now: float) -> list[updates.Update]:
    """Give all updates from an offset on, and keep all."""
    return [update for update in self.waiting(now) if update.id >= offset][:limit]


def forget_always(self: delivery.Delivery, update: updates.Update, complaint: str, pause: float) -> None:  # noqa: ARG001
    """Forget an update even when its delivery failed."""
    self._world.updates.forget(update.id)


def announce_in_one_queue(self: world.World, chat: Any, message: Message, kind: str = "message") -> None:
    """Put everything into one queue."""
    self.updates.add(kind, self.message_json(chat, message), "all", self.clock.now() + updates.DAY)


def silent_service(self: world.World, chat: Any, sender: int, content: Any, thread_id: int | None = None) -> Message:
    """Post a service message without telling the bot."""
    return self.post(chat, self.new_message(chat, sender, content, thread_id))


BREAKS: tuple[tuple[Rule, Break], ...] = (
    (rules.updates_repeat_until_the_offset_confirms_them, replaced(UpdateQueue, "read", read_and_forget)),
    (rules.updates_repeat_until_the_offset_confirms_them, replaced(UpdateQueue, "read", never_confirm)),
    (rules.a_long_poll_returns_as_soon_as_something_comes, replaced(gateway, "POLL", "getnothing")),
    (
        rules.a_long_poll_returns_as_soon_as_something_comes,
        lambda patch: patch.setattr("botapi.polling.MAX_TIMEOUT", 0),
    ),
    (rules.a_second_poll_ends_the_first_one, replaced(Poller, "abort", nothing)),
    (rules.unwanted_kinds_do_not_come, replaced(UpdateQueue, "allow", nothing)),
    (rules.unwanted_kinds_do_not_come, replaced(updates, "KINDS", ())),
    (rules.messages_expire_after_a_day, replaced(world, "DAY", 10**9)),
    (rules.messages_expire_after_a_day, replaced(world, "DAY", 60)),
    (rules.buttons_expire_after_150_seconds, replaced(world, "CALLBACK_SECONDS", updates.DAY)),
    (rules.a_webhook_excludes_polling, replaced(Poller, "abort", nothing)),
    (rules.a_webhook_excludes_polling, replaced(Poller, "_begin", nothing)),
    (rules.the_webhook_gets_its_secret, replaced(delivery, "SECRET_HEADER", "X-Other")),
    (rules.a_failed_delivery_is_repeated_before_the_next_one, replaced(delivery.Delivery, "_finish", forget_always)),
    (rules.a_webhook_is_given_time, replaced(delivery.Delivery, "_next_try", lambda *_: delivery.Trouble(1))),
    (rules.a_stuck_message_does_not_hold_up_a_button, replaced(world.World, "announce", announce_in_one_queue)),
    (rules.connections_are_limited, lambda patch: patch.setattr("botapi.hooks.MAX_CONNECTIONS", 1)),
    (rules.the_webhook_keeps_the_kinds_of_before, replaced(UpdateQueue, "clear", nothing)),
    (rules.long_texts_are_refused, replaced(sending, "MAX_TEXT", 10**9)),
    (rules.long_texts_are_refused, replaced(sending, "utf16", len)),
    (rules.long_button_data_is_refused, replaced(markup, "MAX_DATA", 65)),
    (rules.bad_html_is_refused, replaced(sending, "parse_html", lambda source: (source, []))),
    (rules.an_edit_must_change_something, replaced(editing, "inline_keyboard", nothing)),
    (rules.an_edit_must_change_something, replaced(editing, "BOT_ID", -1)),
    (rules.attachments_can_be_exchanged, replaced(editing, "REPLACEABLE", {"photo", "voice"})),
    (rules.attachments_can_be_exchanged, replaced(editing, "_attached", lambda *_: [{"file_id": "x"}])),
    (
        rules.reactions_in_a_group_are_told_to_administrators,
        lambda patch: patch.setattr("botapi.people.pressing.bot_in", lambda *_: Member("administrator")),
    ),
    (rules.a_reply_needs_its_message, replaced(access, "_replied", nothing)),
    (rules.old_messages_cannot_be_deleted, replaced(editing, "DELETABLE", 10**9)),
    (rules.service_messages_are_not_copied, replaced(Message, "service", False)),
    (rules.a_query_can_be_answered_for_a_while, lambda patch: patch.setattr("botapi.chats.CALLBACK_SECONDS", 10**9)),
    (rules.a_topic_must_exist, replaced(access, "_check_topic", nothing)),
    (rules.a_topic_must_exist, replaced(forum, "MAX_NAME", 1000)),
    (rules.a_topic_that_is_so_already_stays, method_replaced("closeforumtopic", lambda *_: True)),
    (rules.the_bot_hears_of_its_own_topics, replaced(world.World, "service", silent_service)),
    (rules.topics_need_rights, replaced(forum, "require", nothing)),
    (rules.topics_need_rights, replaced(access, "_check_topic", nothing)),
    (rules.a_reply_stays_in_its_topic, replaced(world.World, "_replied", nothing)),
    (rules.blocking_is_told_and_refuses, replaced(world.World, "change_member", nothing)),
    (rules.a_thrown_out_bot_is_refused, replaced(Membership, "_set_bot", nothing)),
    (
        rules.talk_of_a_group_is_private_to_it,
        lambda patch: patch.setattr("botapi.people.base.reaches_bot", lambda *_: True),
    ),
    (rules.a_group_takes_twenty_writes_a_minute, replaced(forum, "charge", nothing)),
    (rules.a_group_takes_twenty_writes_a_minute, replaced(editing, "charge", nothing)),
    (rules.a_group_takes_twenty_writes_a_minute, replaced(limits.Meter, "wait", lambda *_: 0.0)),
    (rules.a_citizen_takes_bursts_and_the_bot_thirty_a_second, replaced(limits.Meter, "note", nothing)),
    (rules.a_description_is_for_a_language, replaced(profile, "_describe", lambda *_: True)),
    (rules.a_description_is_for_a_language, replaced(profile, "_described", lambda *_: {})),
    (rules.a_description_is_short, replaced(profile, "MAX_LENGTHS", {"description": 513, "short_description": 120})),
    (rules.a_description_is_short, replaced(profile, "MAX_LENGTHS", {"description": 512, "short_description": 121})),
    (rules.a_fault_lasts_so_many_calls, lambda patch: patch.setattr("botapi.faults.Faults.take", nothing)),
    (rules.a_fault_lasts_so_many_calls, lambda patch: patch.setattr("botapi.faults.Fault.fits", lambda *_: True)),
    (rules.update_ids_may_fall, replaced(Seeing, "next_update_id", nothing)),
)


@pytest.mark.parametrize(("rule", "breaking"), BREAKS, ids=[rule.__name__ for rule, _ in BREAKS])
def test_a_broken_rule_is_noticed(rule: Rule, breaking: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scene fails on the broken server."""
    breaking(monkeypatch)
    with Server(second=0.02) as server, pytest.raises((AssertionError, LookupError)):
        rule(server)


def test_every_rule_has_been_broken() -> None:
    """No rule stands without a proof that its scene can fail."""
    assert {rule for rule, _ in BREAKS} == set(RULES)


GOOD: dict[str, Any] = {
    "message_id": 1,
    "date": 1_700_000_000,
    "chat": {"id": 5, "type": "private", "first_name": "Erika"},
    "from": {"id": 5, "is_bot": False, "first_name": "Erika"},
    "text": "Hallo",
}


def without(key: str) -> dict[str, Any]:
    """Return the good message without a key."""
    return {name: value for name, value in GOOD.items() if name != key}


@pytest.mark.parametrize(
    "message",
    [
        without("date"),
        {**GOOD, "date": "gestern"},
        {**GOOD, "message_id": "1"},
        {**GOOD, "colour": "red"},
        {**GOOD, "chat": {"id": 5, "first_name": "Erika"}},
        {**GOOD, "chat": {"id": 5, "type": "private", "mood": "good"}},
        {**GOOD, "from": {"id": 5, "first_name": "Erika"}},
        {**GOOD, "text": 5},
    ],
)
def test_a_payload_that_telegram_would_not_send_is_reported(message: dict[str, Any]) -> None:
    """Missing and unknown keys and wrong types, in results and in updates."""
    assert complaints("sendMessage", GOOD) == []
    assert complaints("sendMessage", message) != []
    assert complaints("getUpdates", [{"update_id": 1, "message": message}]) != []
    assert update_complaints({"update_id": 1, "edited_message": message}) != []


@pytest.mark.parametrize("method", ["getMyDescription", "getMyShortDescription"])
def test_a_description_that_telegram_would_not_send_is_reported(method: str) -> None:
    """Without its text, with another name, of a wrong type."""
    kind = "description" if method == "getMyDescription" else "short_description"
    assert complaints(method, {kind: ""}) == []
    for wrong in ({}, {kind: 5}, {kind: "", "text": ""}):
        assert complaints(method, wrong) != []


def test_the_server_reports_on_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong answer shows in the server's own complaints."""
    monkeypatch.setattr(world.World, "now", lambda self: str(int(self.clock.now())))
    with Server(inspect=complaints) as server:
        erika = server.people.citizen()
        rules.send(server, erika)
        assert any("date" in one for one in server.complaints)
