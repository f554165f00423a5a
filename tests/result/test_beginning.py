"""What cannot be saved is refused before the run begins."""

import pytest

from booking_sim import Scenario
from booking_sim.errors import SettingError
from booking_sim.result.beginning import check_can_save


class Odd:
    """A scenario that does not come back as it was."""

    def __init__(self, **settings):
        self.settings = Scenario().to_dict() | settings

    def to_dict(self):
        return self.settings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"time_scale": float("nan")}, r"cannot be saved with its result \(.*not JSON compliant.*\): change it"),
        ({"tickets": object()}, "is not JSON serializable"),
        ({"arrivals": "nosuch(rate=1)"}, "nosuch"),
        ({"hold": "300s"}, r"hold would come back changed"),
    ],
)
def test_a_scenario_that_would_come_back_changed_is_refused(settings, words):
    with pytest.raises(SettingError, match=words):
        check_can_save(Odd(**settings))


def test_any_other_can_be_saved():
    check_can_save(Scenario(kinds={f"kind {number}": {} for number in range(150)}))
    check_can_save(Scenario(arrivals="constant(rate=500, duration=30s) + burst(5000, at=10s)"))
