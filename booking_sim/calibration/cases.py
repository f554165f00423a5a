"""The scenarios of the hold-out: none is like the ladder, and their rates suit the server."""

from booking_sim.forecasting.server_model import ServerModel
from booking_sim.scenario.scenario import Scenario

_SECONDS = 3


def cases(model: ServerModel) -> dict[str, Scenario]:
    """Scenarios that differ from the calibration in connections, hold lengths and mixes.

    Args:
        model: The model of the server; rates are shares of its throughput.

    Returns:
        By name: steady, burst, spike with payment and expiry, overload, refreshers, bots.
    """
    rate = float(model.throughput(12))
    buyers = int(rate * _SECONDS)

    def steady(share: float) -> str:
        return f"poisson(constant(rate={rate * share:.4g}, duration={_SECONDS}s))"

    common = {"depth_every": 0, "seed": 100}
    again = {"refreshes": 2, "refresh_after": "300ms..700ms"}
    settings = {
        "steady": {"tickets": buyers, "arrivals": steady(0.3), "connections": 12, "hold": "10m",
                   "kinds": {"fan": {"pays": 0.6, "think": "50ms..200ms"}}},
        "burst": {"tickets": buyers // 5, "arrivals": f"burst({buyers // 2})", "connections": 24, "hold": "10m",
                  "kinds": {"fan": {"pays": 0.8}}},
        "spike": {"tickets": buyers // 8, "connections": 12, "hold": "700ms",
                  "arrivals": f"poisson(spike(peak_rate={rate * 0.7:.4g}, fall={_SECONDS}s, duration={_SECONDS}s))",
                  "kinds": {"fan": {"pays": 0.5, "fails": 0.1, "late": 0.05, "think": "100ms..500ms"}}},
        "overload": {"tickets": buyers // 3, "arrivals": steady(1.5), "connections": 6, "hold": "10m",
                     "kinds": {"fan": {"pays": 0.3}}},
        "refreshers": {"tickets": buyers // 8, "arrivals": steady(0.2), "connections": 16, "hold": "1s",
                       "kinds": {"fan": {"pays": 0.5, "think": "200ms", **again}}},
        "bots": {"tickets": buyers // 8, "arrivals": steady(0.15), "connections": 12, "hold": "10m",
                 "kinds": {"fan": {"share": 4, "pays": 0.7, "think": "100ms"}, "bot": {"at_once": 5, "pays": 0.2}}},
    }  # fmt: skip
    return {name: Scenario.from_settings(common | chosen) for name, chosen in settings.items()}
