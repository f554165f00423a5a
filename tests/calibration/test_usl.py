"""The law is found again in rates that were made by it, and its interval holds what made them."""

import numpy as np

from booking_sim.calibration import usl


def test_the_law_is_found_again():
    number = np.array([1, 2, 4, 8, 16, 32, 64])
    true = {"rate": 900.0, "sigma": 0.05, "kappa": 0.001}
    noise = np.exp(np.random.default_rng(3).normal(0, 0.02, len(number)))
    found = usl.fit(number, usl.throughput(number, *true.values()) * noise)
    for name, value in true.items():
        assert found[name]["low"] <= value <= found[name]["high"]
    assert abs(found["rate"]["value"] / true["rate"] - 1) < 0.05
