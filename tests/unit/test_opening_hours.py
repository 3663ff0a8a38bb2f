"""Opening hours: reading, holidays, changes of the clock, promises, words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OpeningHoursError
from bot.opening_hours import OpeningHours
from bot.opening_week import Span
from bot.opening_words import lasted

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = OpeningHours.from_text("Mo-Fr 08:00-12:00; Do 14:00-18:00", "BW")
ALWAYS = OpeningHours.from_text("Mo-So 00:00-24:00", "BW")
NIGHT = OpeningHours.from_text("Mo-So 01:30-02:30, 02:45-03:30", "BW")

SPRING, AUTUMN = ["2026-03-29", "2027-03-28"], ["2026-10-25", "2027-10-31"]


def at(text: str, fold: int = 0) -> datetime:
    """Return a moment from the clock on the wall."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "day", "spans"),
    [
        ("Mo-Fr 08:00-12:00", 4, [(480, 720)]),
        ("Mo-Fr 08:00-12:00", 5, []),
        ("Mo-Fr 08:00-12:00; Do 14:00-18:00", 3, [(480, 720), (840, 1080)]),
        ("Do 14:00-18:00; Mo-Fr 08:00-12:00;", 3, [(480, 720), (840, 1080)]),
        ("Mo, Mi 8-12, 13.30–16 Uhr", 2, [(480, 720), (810, 960)]),
        ("Fr-Mo 8-9", 6, [(480, 540)]),
        ("Fr-Mo 8-9", 1, []),
        ("donnerstag 8-12; DO. 12-16", 3, [(480, 960)]),
        ("Sa 0-24", 5, [(0, 1440)]),
    ],
)
def test_usual_spellings_are_read(text: str, day: int, spans: list[tuple[int, int]]) -> None:
    """Days and times, ranges and lists; rules add up, and times that touch are one."""
    assert OpeningHours.from_text(text, "BW").week.days[day] == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(
    ("text", "place", "value", "why"),
    [
        ("", 1, "", "fehlen Tage und Zeiten"),
        (" ; ", 1, " ; ", "fehlen Tage und Zeiten"),
        ("24.12. geschlossen", 1, "24.12. geschlossen", "fehlen Tage und Zeiten"),
        ("Mo-Fr", 1, "Mo-Fr", "fehlt die Zeit"),
        ("Mo-Xx 8-12", 4, "Xx", "kein Wochentag"),
        ("Mo-Di-Mi 8-12", 1, "Mo-Di-Mi", "kein Wochentag"),
        ("08:00-12:00", 1, "", "kein Wochentag"),
        ("Mo 8-12;  Di 8 bis 12", 14, "8 bis 12", "kein Zeitraum"),
        ("Mo 8-12,,14-16", 9, "", "kein Zeitraum"),
        ("Mo-Fr 08:00-25:00", 13, "25:00", "keine Uhrzeit"),
        ("Mo-Fr 08:00-24:01", 13, "24:01", "keine Uhrzeit"),
        ("Mo-Fr 08:60-12", 7, "08:60", "keine Uhrzeit"),
        ("Mo 22-6", 4, "22-6", "nicht nach dem Anfang"),
        ("Mo 8-8", 4, "8-8", "nicht nach dem Anfang"),
        ("Mo-Fr 8-12; Do 11-18", 13, "Do 11-18", "Am Donnerstag überschneiden"),
        ("Mo 8-12; 24.12. 8-10", 10, "24.12. 8-10", "Schließtage haben die Form"),
        ("Mo 8-12; 31.2. geschlossen", 10, "31.2.", "kein Datum"),
        ("Mo 8-12; 3.2.2026-1.2.2026 zu", 10, "3.2.2026-1.2.2026 zu", "nicht nach dem Anfang"),
        ("Mo 8-12; 3.2.-4.2.2026 zu", 10, "3.2.-4.2.2026 zu", "Das Jahr steht"),
        ("Mo 8-12; 1.1.-30.11. zu", 10, "1.1.-30.11. zu", "höchstens 180"),
    ],
)
def test_a_mistake_is_told_with_place_and_value(text: str, place: int, value: str, why: str) -> None:
    """The editor of the setting sees where to look."""
    with pytest.raises(OpeningHoursError) as caught:
        OpeningHours.from_text(text, "BW")
    assert str(caught.value).startswith(f"Stelle {place}, «{value}»: ")
    assert why in str(caught.value)


@given(st.text("MoDiFrSaxX0123456789:.-–,; Uhrgeschlossenzu", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but an OpeningHoursError comes out, and its place lies in the text."""
    try:
        hours = OpeningHours.from_text(text, "BW")
    except OpeningHoursError as error:
        place = int(str(error).split(",")[0].removeprefix("Stelle "))
        assert 1 <= place <= len(text) + 1
    else:
        assert hours.is_open(hours.next_opening(at("2026-05-04T07:00")))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-05-04T07:59:59", False),
        ("2026-05-04T08:00", True),
        ("2026-05-04T11:59:59", True),
        ("2026-05-04T12:00", False),
        ("2026-05-07T14:00", True),
        ("2026-05-08T14:00", False),
        ("2026-05-09T09:00", False),
        ("2026-05-01T09:00", False),
        ("2026-01-06T09:00", False),
    ],
)
def test_open_by_the_clock_on_the_wall(moment: str, is_open: bool) -> None:
    """The minute of opening is open, that of closing is not; weekends and holidays are closed."""
    assert OFFICE.is_open(at(moment)) is is_open
    assert OFFICE.is_open(at(moment).astimezone(BERLIN)) is is_open


def test_each_land_has_its_holidays() -> None:
    """6 January is one in Baden-Württemberg alone, Reformation Day in Hamburg alone."""
    hamburg = OpeningHours(OFFICE.week, "HH")
    assert [office.is_open(at("2026-01-06T09:00")) for office in (OFFICE, hamburg)] == [False, True]
    assert [office.is_open(at("2025-10-31T09:00")) for office in (OFFICE, hamburg)] == [True, False]


def test_closing_days_count_every_year_or_once() -> None:
    """A range may go over the end of the year."""
    text = "Mo-Fr 8-12; 24.12.-1.1. geschlossen; 15.05.2026 zu; 29.2. zu; 4.5.2026-6.5.2026 zu"
    hours = OpeningHours.from_text(text, "BW")
    assert hours.next_opening(at("2026-12-23T13:00")) == at("2027-01-04T08:00")
    assert hours.next_opening(at("2027-12-23T13:00")) == at("2028-01-03T08:00")
    assert not hours.is_open(at("2026-05-15T09:00"))
    assert hours.is_open(at("2028-05-15T09:00"))
    assert not hours.is_open(at("2028-02-29T09:00"))
    assert hours.next_opening(at("2026-05-04T09:00")) == at("2026-05-07T08:00")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-05-07T13:00", "2026-05-07T14:00"),
        ("2026-05-07T18:00", "2026-05-08T08:00"),
        ("2026-04-30T18:00", "2026-05-04T08:00"),
        ("2026-04-02T18:00", "2026-04-07T08:00"),
        ("2026-05-07T15:30", "2026-05-07T15:30"),
    ],
)
def test_the_next_opening_skips_what_is_closed(now: str, opens: str) -> None:
    """Noon, night, weekend, the First of May before a weekend, Easter; while it is open, now."""
    assert OFFICE.next_opening(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("now", "hours", "due"),
    [
        ("2026-05-04T09:00", 2, "2026-05-04T11:00"),
        ("2026-05-04T08:00", 4, "2026-05-04T12:00"),
        ("2026-05-04T11:00", 2, "2026-05-05T09:00"),
        ("2026-05-07T11:00", 2.5, "2026-05-07T15:30"),
        ("2026-04-30T17:00", 2, "2026-05-04T09:00"),
        ("2026-05-09T10:00", 0, "2026-05-11T08:00"),
        ("2026-05-04T08:00", 24, "2026-05-08T12:00"),
    ],
)
def test_business_hours_alone_count(now: str, hours: float, due: str) -> None:
    """Closed time is left out; the end of a time is still in it."""
    assert OFFICE.due(at(now), hours) == at(due)


@pytest.mark.parametrize("day", SPRING)
def test_the_hour_that_the_clock_skips_is_no_business_hour(day: str) -> None:
    """On the last Sunday of March 2 to 3 o'clock does not exist."""
    assert ALWAYS.due(at(f"{day}T01:30"), 1) == at(f"{day}T03:30")
    assert ALWAYS.due(at(f"{day}T00:00"), 23).astimezone(BERLIN).date().isoformat() > day
    assert NIGHT.due(at(f"{day}T00:00"), 0.5) == at(f"{day}T03:00")
    assert NIGHT.due(at(f"{day}T00:00"), 1) == at(f"{day}T03:30")


@pytest.mark.parametrize("day", AUTUMN)
def test_the_hour_that_comes_twice_counts_twice(day: str) -> None:
    """On the last Sunday of October 2 to 3 o'clock comes again; an end in it means the first time."""
    assert ALWAYS.due(at(f"{day}T01:00"), 3) == at(f"{day}T03:00")
    assert ALWAYS.is_open(at(f"{day}T02:30", fold=1))
    assert NIGHT.due(at(f"{day}T00:00"), 1) == at(f"{day}T02:30")
    assert NIGHT.is_open(at(f"{day}T02:15"))
    assert not NIGHT.is_open(at(f"{day}T02:35"))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-27T11:00", "2026-03-30T09:00"),
        ("2026-10-23T11:00", "2026-10-26T09:00"),
        ("2027-03-25T17:00", "2027-03-30T09:00"),
        ("2027-10-29T11:00", "2027-11-02T09:00"),
    ],
)
def test_office_hours_are_the_same_after_the_clock_was_changed(now: str, due: str) -> None:
    """Eight o'clock stays eight o'clock; in 2027 Easter and All Saints' Day lie beside the change."""
    assert OFFICE.due(at(now), 2) == at(due)


_FIRST, _LAST = (datetime.fromisoformat(day) for day in ("2025-01-01", "2029-12-31"))
WEEKS = st.sampled_from([OFFICE.week, ALWAYS.week, NIGHT.week])
LANDS = st.sampled_from(["BW", "SN", "HH"])
HOURS = st.floats(0, 60)
CHANGES = [datetime.fromisoformat(f"{day}T00:00+00:00") for day in (*SPRING, *AUTUMN)]
MOMENTS = st.one_of(
    st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)),
    st.builds(lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-600, 600)),
)


@given(st.builds(OpeningHours, WEEKS, LANDS), MOMENTS, HOURS, HOURS, st.floats(0, 100))
def test_more_hours_and_later_questions_are_due_later(
    office: OpeningHours, now: datetime, hours: float, more: float, later: float
) -> None:
    """Adding business hours is monotone in both, and adds up."""
    due = office.due(now, hours)
    assert now <= due <= office.due(now, hours + more)
    assert due <= office.due(now + timedelta(hours=later), hours)
    assert abs(office.due(due, more + 0.01) - office.due(now, hours + more + 0.01)) <= timedelta(microseconds=3)


@given(st.builds(OpeningHours, WEEKS, LANDS), MOMENTS, HOURS)
def test_what_is_due_lies_in_open_time(office: OpeningHours, now: datetime, hours: float) -> None:
    """It is open at that moment, or was until that moment; and it is open at every opening."""
    due = office.due(now, hours)
    assert office.is_open(due) or office.is_open(due - timedelta(microseconds=1))
    opening = office.next_opening(now)
    assert office.is_open(opening)
    assert opening == now or not office.is_open(opening - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("Mo-Fr 08:00-12:00; Do 14:00-18:00", "Montag bis Freitag 8 bis 12 Uhr, donnerstags auch 14 bis 18 Uhr"),
        ("Mo-Do 8-16; Fr 8-12:30", "Montag bis Donnerstag 8 bis 16 Uhr, freitags 8 bis 12:30 Uhr"),
        ("Mo, Di 8-12, 13-16", "Montag und Dienstag 8 bis 12 und 13 bis 16 Uhr"),
        ("Mo, Mi, Fr 8-12", "Montag, Mittwoch und Freitag 8 bis 12 Uhr"),
        ("Mo-Mi, Fr 8-12", "Montag bis Mittwoch und Freitag 8 bis 12 Uhr"),
        ("Sa 9-13", "Samstags 9 bis 13 Uhr"),
        ("Mo-So 0-24", "Täglich 0 bis 24 Uhr"),
    ],
)
def test_hours_are_described_in_a_sentence(text: str, described: str) -> None:
    """As one would say it at a counter."""
    assert OpeningHours.from_text(text, "BW").described() == described


@pytest.mark.parametrize(
    ("moment", "now", "spoken"),
    [
        ("2026-04-30T16:00", "2026-04-30T14:00", "heute bis 16 Uhr"),
        ("2026-04-30T15:20:01", "2026-04-30T14:00", "heute bis 15:21 Uhr"),
        ("2026-04-30T08:00", "2026-04-29T14:00", "morgen ab 8 Uhr"),
        ("2026-04-30T10:00", "2026-04-29T23:59", "morgen bis 10 Uhr"),
        ("2026-05-04T08:00", "2026-04-30T18:00", "Montag, 4. Mai, ab 8 Uhr"),
        ("2026-05-04T12:00", "2026-04-30T18:00", "Montag, 4. Mai, bis 12 Uhr"),
    ],
)
def test_moments_are_said_as_people_do(moment: str, now: str, spoken: str) -> None:
    """Today, tomorrow, else the day; «ab» where open time begins, «bis» elsewhere; seconds are rounded up."""
    assert OFFICE.spoken(at(moment), at(now)) == spoken


def test_midnight_ends_the_day() -> None:
    """A day that ends at 24 o'clock is not said to end tomorrow."""
    hours = OpeningHours.from_text("Mo 20-24", "BW")
    assert hours.spoken(at("2026-05-05T00:00"), at("2026-05-04T21:00")) == "heute bis 24 Uhr"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-1, "weniger als 1 Minute"),
        (0.9, "weniger als 1 Minute"),
        (1.9, "1 Minute"),
        (119, "119 Minuten"),
        (120, "2 Stunden"),
        (2879, "47 Stunden"),
        (2880, "2 Tagen"),
        (4320 + 1439, "3 Tagen"),
    ],
)
def test_how_long_something_took_is_said_as_people_count(minutes: float, words: str) -> None:
    """Nobody reckons what 4320 minutes are."""
    then = at("2026-05-04 08:00")
    assert lasted(then, then + timedelta(minutes=minutes)) == words
