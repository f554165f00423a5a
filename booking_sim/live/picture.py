"""A tally as HTML: five numbers, and the inventory as it drains."""

from booking_sim.plots.style import OUTCOME_COLOURS, STATUS_COLOURS
from booking_sim.surge.tally import Tally

_WIDTH, _HEIGHT = 640, 90
_MOST_POINTS = 320

_PAGE = """<div style="font-family: var(--jp-ui-font-family, sans-serif); max-width: {width}px">
<table style="border: 0; margin: 0; font-size: 13px"><tr style="background: none">{numbers}</tr></table>
<svg viewBox="0 0 {width} {height}" width="100%" role="img" aria-label="{told}" style="display: block">
<rect width="{width}" height="{height}" fill="{available}"/>
<polygon points="{points}" fill="{held}"/>
</svg>
<div style="font-size: 12px; color: var(--jp-ui-font-color2, #666)">{told}</div>
</div>"""

_NUMBER = """<td style="text-align: left; padding: 0 22px 4px 0; border: 0">
<div style="color: var(--jp-ui-font-color2, #666)"><span style="color: {colour}">&#9632;</span> {name}</div>
<div data-figure="{name}" style="font-size: 20px; font-variant-numeric: tabular-nums">{value}</div></td>"""


class History:
    """How many tickets were taken at each look."""

    def __init__(self) -> None:
        self._points: list[tuple[float, int]] = [(0.0, 0)]

    def add(self, tally: Tally) -> None:
        """Look once more."""
        self._points.append((tally.elapsed_s, min(tally.tickets_held, tally.tickets)))
        if len(self._points) > _MOST_POINTS:
            del self._points[1:-1:2]

    def polygon(self, tickets: int) -> str:
        """The tickets that were taken as an area, from the first look to the last, for SVG."""
        end = max(self._points[-1][0], 1e-9)
        across = [(_WIDTH * seconds / end, _HEIGHT * (1 - count / tickets)) for seconds, count in self._points]
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in [(0, _HEIGHT), *across, (_WIDTH, _HEIGHT)])


def picture(tally: Tally, history: History) -> str:
    """Draw what is known of a surge."""
    p99 = tally.p99_ms
    left = max(tally.tickets - tally.tickets_held, 0)
    numbers = {
        "held": (f"{tally.outcomes['held']:,}", OUTCOME_COLOURS["held"]),
        "refused": (f"{tally.outcomes['sold_out']:,}", OUTCOME_COLOURS["sold_out"]),
        "waiting": ("" if tally.waiting is None else f"{tally.waiting:,}", "transparent"),
        "answers a second": (f"{tally.rate:,.0f}", "transparent"),
        "p99": ("&ndash;" if p99 is None else f"{p99:,.1f} ms", "transparent"),
    }
    return _PAGE.format(
        width=_WIDTH,
        height=_HEIGHT,
        numbers="".join(
            _NUMBER.format(name=name, value=value, colour=colour) for name, (value, colour) in numbers.items()
        ),
        points=history.polygon(tally.tickets),
        available=STATUS_COLOURS["available"],
        held=STATUS_COLOURS["held"],
        told=f"{left:,} of {tally.tickets:,} tickets left after {tally.elapsed_s:.1f} s",
    )
