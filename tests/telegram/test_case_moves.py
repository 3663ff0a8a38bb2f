"""Hand-over, case 16: the staff group becomes another one while cases are open."""

from dataclasses import replace

from bot.cases import LinkState, Side, TopicState
from botapi.server import Server
from tests.telegram.town import Open


def test_handover_16_open_cases_move_with_the_group(hall_here: Open, server: Server) -> None:
    """Each gets a new card; words go on, and an old number stands for nothing of before."""
    people = server.people
    anna, bernd, erika = people.citizen("Anna"), people.citizen("Bernd"), people.citizen("Erika")
    old = people.basic_group("Team", [anna, bernd])
    with hall_here(members=(old, anna, bernd, erika)) as here:
        here.accept(erika)
        here.until_store(lambda: here.case().topic is TopicState.NONE and here.case().card is not None)
        here.take()
        here.ask(erika, "Vor dem Umzug")
        here.seen(old, "Vor dem Umzug")
        here.settled()
        new = people.migrate(anna, old)
        moved = replace(here, group=new)
        card = moved.seen(new, "Fortsetzung")
        moved.settled()
        here.ask(erika, "Nach dem Umzug")
        copy = moved.seen(new, "Nach dem Umzug")
        before = people.text(anna, "Nur unter uns", chat=new)
        people.text(anna, "Antwort", chat=new, reply_to=copy["message_id"])
        moved.seen(erika, "Antwort")
        moved.press(anna, "Abschließen")
        moved.seen(erika, "ist abgeschlossen")
        moved.settled()
        assert here.case().card == card["message_id"]
        links = {link.text: link for link in here.cases.links(1)}
        assert (links["Vor dem Umzug"].copy, links["Antwort"].state) == (None, LinkState.SENT)
        assert before not in [link.message for link in links.values() if link.side is Side.STAFF]
        assert len([call for call in server.calls if call.status == 400 and call.chat_id == new]) <= 2


def test_handover_16_what_clerks_write_right_after_the_move_counts(hall_here: Open, server: Server) -> None:
    """Nothing was sent to the old group meanwhile, from whose refusal the bot would learn of the new one."""
    people = server.people
    anna, bernd, erika = people.citizen("Anna"), people.citizen("Bernd"), people.citizen("Erika")
    old = people.basic_group("Team", [anna, bernd])
    with hall_here(members=(old, anna, bernd, erika)) as here:
        new = people.migrate(anna, old)
        people.text(anna, "/offen", chat=new)
        here.seen(new, "Zurzeit wartet niemand")
        assert not [call for call in server.calls if call.params.get("chat_id") == old and call.method == "sendmessage"]
