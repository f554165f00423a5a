"""A model of the server as the event loop has it: arrays of samples, by class and level."""

import numpy as np
import pytest

from booking_sim import ServerModel
from booking_sim.forecasting.server_model import NAMES


def test_samples_that_stand_for_several_classes_are_laid_out_once_for_each_level():
    held, same = np.array([0.001, 0.003]), np.array([0.0005, 0.0007])
    samples = {("held", 1): held, ("held", 8): held * 3, ("sold_out", 1): same, ("sold_out", 8): same}
    model = ServerModel(levels=(1, 8), samples=samples)
    arrays = model.arrays(8, cold=False)
    for column, level in enumerate(model.levels):
        for row, name in enumerate(NAMES):
            begin, end = arrays["work_at"][row, column]
            expected = same if name == "sold_out" else samples["held", level]
            assert arrays["work"][begin:end] == pytest.approx(expected / model.reference_latency(level))
    assert len(arrays["work"]) == sum(map(len, samples.values()))
