"""Charts as SVG, drawn here and not in the browser: no script, no style, a name for screen readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from xml.etree import ElementTree as ET

import leather
from leather import theme
from markupsafe import Markup

WIDTH, HEIGHT = 760, 320
_BAR = 34
"""Height of a bar with its gap."""
_LONGEST_NAME = 34
_TEXT, _GRID = "#1b2430", "#d5dae1"
_COLOURS = ("#0b5394", "#b45309", "#19603a")
_DASHES = (None, "9 5", "2 4")
DRAWN = ("durchgezogen", "gestrichelt", "gepunktet")
"""How the lines of a chart are told apart without their colours; the legend says so."""

for _name in ("title", "legend", "axis_title", "tick"):
    setattr(theme, f"{_name}_font_family", "sans-serif")
for _name in ("title_color", "legend_color", "axis_title_color", "label_color", "zero_color"):
    setattr(theme, _name, _TEXT)
theme.background_color, theme.tick_color, theme.margin = "#ffffff", _GRID, 0.03
theme.legend_font_char_width = 7


@dataclass(frozen=True)
class Line:
    """One of several lines of a chart."""

    name: str
    values: Sequence[int]


def lines(title: str, labels: Sequence[str], found: Sequence[Line]) -> Markup:
    """Draw at most three lines over the same places, which the labels name."""
    chart = leather.Chart()
    chart.add_x_scale(0, max(len(labels) - 1, 1))
    ticks = _ticks(max((value for line in found for value in line.values), default=0))
    chart.add_y_scale(0, ticks[-1])
    chart.add_x_axis(ticks=_few(len(labels)), tick_formatter=lambda place, *_: labels[int(place)])
    chart.add_y_axis(ticks=ticks)
    for line, colour, dash, drawn in zip(found, _COLOURS, _DASHES, DRAWN, strict=False):
        values = [*line.values] * (2 if len(line.values) == 1 else 1)  # a single day is a level line
        chart.add_line(
            list(enumerate(values)), name=f"{line.name} ({drawn})", stroke_color=colour, width=3, stroke_dasharray=dash
        )
    return _finished(chart, title, HEIGHT)


def bars(title: str, found: Sequence[tuple[str, int]]) -> Markup:
    """Draw a bar for each name, the first one at the top."""
    names = _short([name for name, _ in found])
    chart = leather.Chart()
    ticks = _ticks(max((value for _, value in found), default=0))
    chart.add_x_scale(0, ticks[-1])
    chart.add_x_axis(ticks=ticks)
    chart.add_bars([(value, name) for name, (_, value) in zip(names, found, strict=True)], fill_color=_COLOURS[0])
    return _finished(chart, title, 90 + _BAR * len(found))


def columns(title: str, found: Sequence[tuple[str, int]]) -> Markup:
    """Draw a column for each of a few names."""
    chart = leather.Chart()
    ticks = _ticks(max((value for _, value in found), default=0))
    chart.add_y_scale(0, ticks[-1])
    chart.add_y_axis(ticks=ticks)
    chart.add_columns(list(found), fill_color=_COLOURS[0])
    return _finished(chart, title, HEIGHT)


def _finished(chart: leather.Chart, title: str, height: int) -> Markup:
    """Return the drawing in a frame that scales and has a name."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {height}"})
    root.attrib |= {"role": "img", "aria-label": title, "class": "chart"}
    ET.SubElement(root, "title").text = title
    root.append(chart.to_svg_group(WIDTH, height))
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - written by a library that escapes


def _ticks(most: int) -> list[int]:
    """Return the marks of an axis from 0 to at least `most`: whole and round, for it counts."""
    step = next(digit * power for power in (10**n for n in count()) for digit in (1, 2, 5) if digit * power * 5 >= most)
    return [step * number for number in range(max(-(-most // step), 2) + 1)]


def _few(count: int) -> list[int]:
    """Return at most seven places, the first and the last among them."""
    steps = min(count - 1, 6)
    return [round(number * (count - 1) / steps) for number in range(steps + 1)] if steps else [0]


def _short(names: Sequence[str]) -> list[str]:
    """Return names that fit beside their bars; if two would be the same, all are numbered."""
    lines = [" ".join(name.split()) for name in names]
    cut = [_cut(line) for line in lines]
    return cut if len(set(cut)) == len(cut) else [_cut(f"{place}. {line}") for place, line in enumerate(lines, 1)]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1].rstrip()}…"
