"""Figures: days of the city, sums, and the tables and charts that show them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from bot.figures import (
    CaseTimes,
    DayCount,
    EntryCount,
    Period,
    Topic,
    care_for,
    case_figures,
    days_of,
    entries_of,
    total_of,
)
from bot.web.staff import charts
from bot.web.staff import figures_tables as tables
from tests.fakes import FAQ, NOW

TODAY = date(2026, 11, 22)
WEEK = Period.of_days(7, TODAY)
COUNTS = (
    DayCount(0, "answer", None, 3),
    DayCount(0, "answer", "helped", 2),
    DayCount(0, "smalltalk", None, 9),
    DayCount(6, "answer", "wrong", 1),
    DayCount(6, "clarify", "picked", 4),
    DayCount(6, "clarify", "none", 1),
    DayCount(6, "redirect", None, 1),
    DayCount(6, "fallback", None, 5),
    DayCount(6, "emergency", None, 1),
)
ENTRIES = (
    EntryCount("beschluss", "answer", None, 3),
    EntryCount("beschluss", "answer", "helped", 1),
    EntryCount("=weg", "answer", "wrong", 2),
    EntryCount("=weg", "clarify", "not_helped", 1),
    EntryCount(None, "fallback", None, 7),
)
CASES = (
    CaseTimes(NOW, NOW + timedelta(minutes=4), 3, True),
    CaseTimes(NOW, NOW + timedelta(minutes=90), 1, False),
    CaseTimes(NOW, NOW + timedelta(days=3), None, None),
    CaseTimes(NOW, None, None, None),
)


def test_a_period_ends_today() -> None:
    """Both ends are included."""
    assert (WEEK.first, WEEK.last, len(WEEK.days)) == (date(2026, 11, 16), TODAY, 7)


@pytest.mark.parametrize(
    ("day", "hours", "begins"),
    [
        (date(2026, 3, 29), 23, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 10, 25), 25, datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (TODAY, 24, datetime(2026, 11, 21, 23, tzinfo=UTC)),
    ],
)
def test_a_day_is_the_citys(day: date, hours: int, begins: datetime) -> None:
    """It begins at midnight in the city, and has an hour less or more when the clocks are changed."""
    start, end = Period(day, day).bounds
    assert (start, end - start) == (begins, timedelta(hours=hours))


def test_questions_are_summed_up_by_what_became_of_them() -> None:
    """Small talk is no question; a «Meinten Sie …?» that was picked from is no rating of an answer."""
    days = days_of(WEEK, COUNTS, CASES)
    total = total_of(days)
    assert (days[0].questions, days[0].helpful, days[1].questions, days[1].helpful) == (5, 1.0, 0, None)
    assert (total.answered, total.redirected, total.clarified, total.unanswered) == (6, 1, 5, 5)
    assert (total.questions, total.emergencies, total.helped, total.not_helped) == (17, 1, 2, 1)
    assert [day.cases for day in days] == [0] * 6 + [4]


def test_entries_are_named_by_how_often_they_were_shown() -> None:
    """With what citizens said of them."""
    first, second = entries_of(ENTRIES)
    assert (first.entry, first.shown, first.helped, first.reports) == ("beschluss", 4, 1, 0)
    assert (second.entry, second.shown, second.helped, second.reports) == ("=weg", 3, 0, 3)


def test_cases_are_summed_up() -> None:
    """Reply times in groups, the median of those that have one, ratings."""
    figures = case_figures(CASES)
    assert (figures.opened, figures.replied, figures.median) == (4, 3, 90)
    assert figures.waits == (1, 0, 0, 1, 0, 1, 1)
    assert (figures.ratings, figures.rating, figures.solved, figures.unsolved) == ((1, 0, 1), 2, 1, 1)
    none = case_figures(())
    assert (none.median, none.rating, sum(none.waits)) == (None, None, 0)


def test_entries_that_end_or_are_to_be_reviewed_soon() -> None:
    """Past dates come first; one that is a month away is not named yet."""
    entry = FAQ.entries[0]
    soon = replace(entry, id="bald", review_by=TODAY + timedelta(days=30))
    later = replace(entry, id="später", review_by=TODAY + timedelta(days=31))
    found = care_for((soon, later, *FAQ.entries), TODAY)
    assert [(one.entry.id, one.ends) for one in found] == [("abgelaufen", True), ("bald", False)]


def all_tables() -> dict[str, tables.Table]:
    """Return every table, with something in it."""
    days = days_of(WEEK, COUNTS, CASES)
    names = {entry.id: entry.question for entry in FAQ.entries}
    cases, entries = case_figures(CASES), entries_of(ENTRIES)
    topics = [Topic(7, "<b>@wo</b>?", 3, 2, NOW, "beschluss"), Topic(8, "", 1, 1, NOW, None)]
    made = (
        tables.overview(total_of(days), cases),
        tables.by_day(WEEK, days),
        tables.by_entry(entries, names),
        tables.by_report(entries, names),
        tables.by_topic(topics, names),
        tables.by_wait(cases),
        tables.by_rating(cases),
        tables.by_care(care_for(FAQ.entries, TODAY)),
    )
    return {table.key: table for table in made}


@pytest.mark.parametrize("key", sorted(all_tables()))
def test_every_table_is_whole(key: str) -> None:
    """A heading for each cell, a file with the same, and a chart without style or script that has a name."""
    table = all_tables()[key]
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert len(table.as_csv().decode("utf-8-sig").splitlines()) == 1 + len(table.rows)
    if table.chart:
        root = ET.fromstring(table.chart)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert not [one for one in root.iter() if {"style", "onload", "href"} & one.attrib.keys()]
        assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {
            "svg",
            "title",
            "g",
            "rect",
            "line",
            "path",
            "text",
        }


def test_cells_are_harmless_and_german() -> None:
    """No formula in a spreadsheet, shares with a comma, no number is a dash on the page."""
    found = all_tables()
    assert ";'=weg;3;0;3;0,0 %" in found["antworten"].as_csv().decode("utf-8-sig")
    assert "&lt;b&gt;" in str(found["themen"].chart)
    assert [tables.shown(cell) for cell in (12345, 0.5, None, "x", 0)] == ["12.345", "50,0 %", "–", "x", "0"]


def test_tables_of_nothing_have_no_chart() -> None:
    """An axis without anything on it says less than a sentence."""
    cases = case_figures(())
    made = (tables.by_entry([], {}), tables.by_report([], {}), tables.by_topic([], {}))
    for table in (*made, tables.by_wait(cases), tables.by_rating(cases), tables.by_care([])):
        assert (table.chart, list(table.rows)) == (None, [])


def luminance(colour: str) -> float:
    """Return the relative luminance after WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_charts_can_be_seen_and_told_apart() -> None:
    """Contrast to the ground; lines differ in more than colour, and the legend names how."""
    drawing = charts.lines("Titel", ["1.", "2."], [charts.Line(name, [1, 2]) for name in "abc"])
    root = ET.fromstring(drawing)
    paths = [one for one in root.iter() if one.tag.endswith("path")]
    assert len({path.get("stroke-dasharray") for path in paths}) == 3
    legend = [one.text for one in root.iter() if one.tag.endswith("text")][:3]
    assert legend == ["a (durchgezogen)", "b (gestrichelt)", "c (gepunktet)"]
    texts = [one.get("fill", "") for one in root.iter() if one.tag.endswith("text")]
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in texts)
    assert all(1.05 / (luminance(path.get("stroke", "")) + 0.05) >= 3 for path in paths)


@pytest.mark.parametrize(
    ("most", "marks"),
    [(0, "0 1 2"), (1, "0 1 2"), (4, "0 1 2 3 4"), (9, "0 2 4 6 8 10"), (44, "0 10 20 30 40 50"), (51, "0 20 40 60")],
)
def test_axes_count_in_whole_and_round_numbers(most: int, marks: str) -> None:
    """Half a question is none."""
    root = ET.fromstring(charts.columns("T", [("a", most)]))
    texts = [one.text for one in root.iter() if one.tag.endswith("text")]
    assert sorted((text for text in texts if text and text.isdecimal()), key=int) == marks.split()


@pytest.mark.parametrize("values", [[0], [5], [0, 0], list(range(731))])
def test_lines_of_any_length_are_drawn(values: list[int]) -> None:
    """One day, nothing asked, two years."""
    root = ET.fromstring(charts.lines("T", [str(n) for n in range(len(values))], [charts.Line("a", values)]))
    (path,) = [one for one in root.iter() if one.tag.endswith("path")]
    assert path.get("d", "").count("L") == max(len(values) - 1, 1)
