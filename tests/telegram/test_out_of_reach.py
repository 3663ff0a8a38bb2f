"""A staff group that the bot cannot reach: nobody is told that people read along."""

from structlog.testing import capture_logs

from bot.cases import CaseState
from botapi.faults import Fault
from botapi.server import Server
from tests.telegram.town import Open, Town

NOWHERE = -100_999
TOLD = "erreiche ich zurzeit niemanden aus der Verwaltung"
LOGGED = "staff_group_out_of_reach"


def wish(here: Town) -> None:
    """Ask for a human, and confirm; whatever comes of it."""
    here.ask(here.erika, "/mensch")
    offer = here.seen(here.erika, "Soll ich Sie mit einem Menschen verbinden?")
    here.people.press(here.erika, offer["message_id"], "Ja, bitte verbinden")


def staff_in(server: Server, group: int) -> tuple[int, int, int, int]:
    """Return a staff group of this id with its clerks, and a citizen."""
    people = server.people
    return group, people.citizen("Anna"), people.citizen("Bernd"), people.citizen("Erika")


def test_a_wrong_group_is_told_at_the_start_and_no_case_is_opened(hall_here: Open, server: Server) -> None:
    """The operator reads it at once; the citizen learns where else to turn, and the bot goes on answering."""
    with capture_logs() as logs, hall_here(members=staff_in(server, NOWHERE)) as here:
        here.until(lambda: LOGGED in [line["event"] for line in logs])
        wish(here)
        here.seen(here.erika, TOLD)
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        assert here.cases.of_number(1) is None
    assert [line["setting"] for line in logs if line["event"] == LOGGED] == ["STAFF_GROUP_ID"]


def test_a_case_that_reaches_nobody_ends_and_is_told_once(hall: Open, server: Server) -> None:
    """The group could not be looked at when the bot started; the topic's answer says that there is none."""
    server.fault(Fault("status", "getChat"))
    with capture_logs() as logs, hall(members=staff_in(server, NOWHERE)) as here:
        here.until(lambda: bool(here.calls("getChat")))
        wish(here)
        here.until_store(lambda: here.cases.of_number(1) is not None and not here.case().is_open)
        here.seen(here.erika, TOLD)
        here.ask(here.erika, "wer?")
        here.seen(here.erika, "Gemeinderat")
        here.settled()
        assert len([text for text in here.people.said(here.erika) if TOLD in text]) == 1
        assert here.case().state is CaseState.CLOSED
    assert LOGGED in [line["event"] for line in logs]


def test_open_cases_end_when_the_bot_is_thrown_out_of_the_group(hall: Open) -> None:
    """Nobody writes into the void; once the bot is back, people can be reached again."""
    with hall() as here:
        here.wish()
        here.take()
        here.people.kick_bot(here.anna, here.group)
        here.seen(here.erika, "Ihr Fall #1 ist beendet")
        assert not here.case().is_open
        here.ask(here.erika, "Hallo?")
        here.seen(here.erika, "Das weiß ich leider nicht")
        assert not here.case().is_open
        here.people.give_rights(here.anna, here.group, ["can_manage_topics"])
        here.settled()
        here.accept(here.erika)


def test_a_group_that_is_back_is_noticed_at_the_start(hall_here: Open) -> None:
    """The update that told so may have expired."""
    with hall_here() as here:
        members = (here.group, here.anna, here.bernd, here.erika)
        group = here.running.service.staff_group
        assert group
        here.until(lambda: bool(here.calls("getChat")))
        here.settled()
        here.running.service.addresses.set_blocked(group, here.clock.now(), is_blocked=True)
    with hall_here(members=members) as here:
        here.until_store(lambda: not here.cases.is_blocked(group))
        here.accept(here.erika)


def test_a_citizen_who_is_not_there_says_nothing_of_the_group(hall_here: Open) -> None:
    """Of a copy «chat not found» may be said of where it comes from."""
    with hall_here() as here:
        here.wish()
        gone = Fault("error", "copyMessage", chat_id=here.group, code=400, description="Bad Request: chat not found")
        here.server.fault(gone)
        here.ask(here.erika, "Hallo")
        here.seen(here.erika, "konnte ich nicht weitergeben")
        assert here.case().is_open
