"""The live picture of the tickets: what was counted, and nothing between."""

from itertools import pairwise

from made_up import inventory

from booking_sim.live.picture import _areas
from booking_sim.plots.style import STATUS_COLOURS


def test_a_count_holds_until_the_next():
    """All were available, and a third of a second later none: no ramp from one to the other."""
    areas = _areas(inventory((0.0, 100, 0, 0, 0), (0.3, 0, 100, 0, 0), (0.6, 0, 50, 0, 50)))
    polygons = [[tuple(map(float, corner.split(","))) for corner in points.split()] for _, points in areas]
    assert len(polygons) == 4
    for polygon in polygons:
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(polygon))
    [held] = [corners for (colour, _), corners in zip(areas, polygons, strict=True) if colour == STATUS_COLOURS["held"]]
    assert (320.0, 90.0) in held
    assert (320.0, 0.0) in held


def test_one_count_is_no_picture():
    assert _areas(inventory((0.0, 100, 0, 0, 0))) == []
