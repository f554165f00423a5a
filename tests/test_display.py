"""What notebooks show: every formatter is there and registered, and showing a scenario loads no more than it takes."""

import subprocess
import sys
from pkgutil import resolve_name
from types import SimpleNamespace

import IPython
import pytest
from IPython.core.formatters import DisplayFormatter
from surge_results import result

from booking_sim import Scenario, scenarios, strategies
from booking_sim.arrivals import Constant
from booking_sim.notebook import FORMATTERS, register, to_html


@pytest.mark.parametrize(("shown", "formatter"), FORMATTERS.items())
def test_a_formatter_is_there_and_its_class_has_that_name(shown, formatter):
    """IPython finds a class by these two, so a class that moves must take its entry along."""
    of = resolve_name(shown)
    assert f"{of.__module__}:{of.__qualname__}" == shown
    assert callable(resolve_name(formatter))


def test_ipython_shows_them(monkeypatch):
    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    register()
    for value, words in (
        (Scenario(), "A surge of 5,000 buyers"),
        (Constant(5, 2), "10 arrivals in 2 s of constant"),
        (result(), "All metrics"),
        (scenarios.catalogue(), "<td>club_gig</td>"),
        (strategies.catalogue(), "<td>unsafe</td><td>"),
        (strategies.find("unsafe"), '<td>safe</td><td class="bad">no</td>'),
    ):
        assert words in shell.display_formatter.format(value)[0]["text/html"]


def test_what_has_no_formatter_is_refused():
    with pytest.raises(
        TypeError, match=r"Class 'int' is unknown: expected one of booking_sim\.scenario\.scenario:Scenario"
    ):
        to_html(1)


def test_arrivals_are_drawn_as_steps():
    """Two arrivals a second for two seconds: all bins as high as the highest, or empty."""
    html = to_html(Constant(50, 2).schedule())
    points = html.split('polygon points="')[1].split('"')[0].split()
    heights = {point.split(",")[1] for point in points}
    assert (points[0], points[-1]) == ("0.0,140.0", "720.0,140.0")
    assert heights == {"140.0", "0.0"}
    assert "100 arrivals in 2 s" in html
    assert "at most 50 per second" in html


def test_a_scenario_is_shown_without_pandas_and_matplotlib():
    code = """
import sys
from booking_sim.notebook import to_html
from booking_sim.scenario.scenario import Scenario
html = to_html(Scenario(arrivals="constant(rate=5, duration=2s)"))
assert "<svg" in html and "A surge of 10 buyers" in html
sys.exit(", ".join({"pandas", "matplotlib"} & sys.modules.keys()) or 0)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
