"""Limits kept beforehand: whatever the network does, Telegram never sees too much."""

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.budgets import Budgets, Meter, Window, private_windows
from bot.channels.telegram.options import Limits

LIMITS = Limits()


@given(st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 1)), min_size=1, max_size=120))
def test_checklist_13_no_window_is_ever_overfull(calls: list[tuple[float, float]]) -> None:
    """Calls take any time; Telegram counts each at any moment between its start and its end."""
    meter, now, counted = Meter(Window(3, 1.0)), 0.0, []
    for lasts, share in calls:
        while meter.room(now) < 1:
            now += max(meter.wait(now), 1e-6)
        meter.begin()
        counted.append(now + lasts * share)
        now += lasts
        meter.end(now)
    assert all(late - early > 1.0 - 1e-3 for early, late in zip(counted, counted[3:], strict=False))


def test_calls_under_way_count_until_they_are_over() -> None:
    """Also when they last longer than the window."""
    meter = Meter(Window(2, 1.0))
    meter.begin()
    meter.begin()
    assert meter.room(100.0) == 0
    meter.end(100.0)
    assert (meter.room(100.5), meter.room(101.1)) == (0, 1)


def test_what_never_reached_telegram_costs_nothing() -> None:
    """A refused connection may be tried again at once."""
    meter = Meter(Window(1, 60.0))
    meter.begin()
    meter.end(1.0, counts=False)
    assert meter.room(1.0) == 1
    assert meter.is_idle(1.0)


def test_the_wait_is_until_the_oldest_leaves() -> None:
    """Not a moment longer."""
    meter = Meter(Window(2, 10.0))
    meter.note(1.0)
    meter.note(4.0)
    assert math.isclose(meter.wait(5.0), 6.0)
    assert meter.wait(11.5) == 0.0


def send(budgets: Budgets, chat: str, chat_id: int, now: float) -> bool:
    """Send at once, if the budgets allow."""
    if not budgets.room(now) or chat in budgets.full(now):
        return False
    budgets.begin(chat, chat_id)
    budgets.end(chat, now)
    return True


def test_checklist_13_a_group_gets_twenty_a_minute() -> None:
    """Told by its negative id."""
    budgets = Budgets(LIMITS)
    sent = [second for second in range(120) if send(budgets, "g", -100, float(second))]
    assert sent == [*range(20), *range(60, 80)]


def test_checklist_13_a_private_chat_gets_a_short_burst_then_one_a_second() -> None:
    """Never more than five in five seconds, which is one a second with a burst."""
    budgets = Budgets(LIMITS)
    sent = [tick / 10 for tick in range(300) if send(budgets, "p", 7, tick / 10)]
    assert sent[:3] == [0.0, 0.1, 0.2]
    assert all(sum(start <= at < start + 5 for at in sent) <= 5 for start in sent)
    assert len(sent) >= 29


def test_checklist_13_thirty_a_second_over_all() -> None:
    """Whoever they are for; a full group takes nothing from the citizens."""
    budgets = Budgets(LIMITS)
    sent = [tick for tick in range(400) if send(budgets, str(tick), tick + 1, tick / 200)]
    assert len(sent) == 60
    assert budgets.room(1.9) == 0
    assert 0 < budgets.wait(1.9) <= 0.11


def test_checklist_13_budgets_survive_a_restart() -> None:
    """What was sent in the last minute counts."""
    budgets = Budgets(LIMITS)
    for second in range(20):
        budgets.restore("g", -100, -40.0 + second)
    assert set(budgets.full(0.0)) == {"g"}
    assert not budgets.full(20.5)


def test_chats_of_long_ago_are_forgotten() -> None:
    """Memory stays flat however many citizens there are."""
    budgets = Budgets(LIMITS)
    for number in range(1000):
        send(budgets, str(number), number + 1, number * 0.1)
    budgets.full(200.0)
    assert budgets._chats == {}


def test_slow_rates_have_long_windows() -> None:
    """Half a message a second is one in two seconds."""
    assert Window.of_rate(0.5, 1) == Window(1, 2.0)
    assert Window.of_rate(30, 1) == Window(30, 1.0)
    assert private_windows(Limits(private_burst=0)) == (Window(1, 1.0), Window(1, 1.0))
