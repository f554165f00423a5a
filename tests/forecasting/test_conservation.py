"""At every moment every ticket is somewhere, and nobody holds what another holds: found in the frames, not promised."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking_sim import Scenario, forecast
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.stats.inventory import inventory_over_time

KIND = st.fixed_dictionaries(
    {
        "share": st.floats(0.1, 5),
        "quantity": st.sampled_from([1, 2, {1: 0.5, 3: 0.5}]),
        "pays": st.sampled_from([0.0, 0.4]),
        "fails": st.sampled_from([0.0, 0.3]),
        "late": st.sampled_from([0.0, 0.3]),
        "think": st.sampled_from(["0s", "200ms", "100ms..3s", "~500ms"]),
        "patience": st.sampled_from([None, "20ms", "1s"]),
        "refreshes": st.sampled_from([0, 4]),
        "refresh_after": st.sampled_from(["300ms", "~300ms"]),
        "at_once": st.sampled_from([1, 3]),
    }
)


@given(
    kinds=st.dictionaries(st.sampled_from("ab"), KIND, min_size=1),
    events=st.integers(1, 2),
    connections=st.sampled_from([1, 5]),
    seed=st.integers(0, 99),
    arrivals=st.sampled_from([None, "poisson(constant(rate=150, duration=3s))", "burst(400, at=1s)"]),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_tickets_are_conserved_and_in_one_hold_at_a_time(kinds, events, connections, seed, arrivals):
    scenario = Scenario(
        tickets=60, buyers=400, hold="1s", kinds=kinds, events=events, connections=connections, workers=1, seed=seed,
        arrivals=arrivals,
    )  # fmt: skip
    result = forecast(scenario, server=ServerModel.exponential(8), seeds=1)
    summary, holds = result.summary(), result.holds
    counted = inventory_over_time(holds, events * 60, float(result.inventory["seconds"].iloc[-1]))
    assert (counted[["available", "held", "overdue", "sold", "oversold"]] >= 0).all().all()
    assert (counted["oversold"] == 0).all()
    assert holds.loc[holds["end"] == "confirmed", "quantity"].sum() == summary["tickets_sold"]
    each = holds.explode("ticket_nos").sort_values("held_at", kind="stable")
    over = each["ended_at"].fillna(np.inf).mask(each["end"] == "confirmed", np.inf).clip(upper=np.inf)
    over = over.where(each["end"].isin(["confirmed", "released"]), np.minimum(over, each["deadline"]))
    before = over.groupby([each["event"], each["ticket_nos"]]).shift()
    assert (each["held_at"] >= before.fillna(-np.inf)).all()
    words = sum(summary[name] for name in ("held", "sold_out", "timed_out", "gave_up", "unanswered"))
    assert words == summary["buyers"]


@pytest.mark.parametrize("hold", ["500ms", "3s"])
def test_holds_obey_littles_law(hold):
    """Tickets in holds are, on average, the rate of holds times how long they last."""
    scenario = Scenario(
        tickets=5000, arrivals="poisson(constant(rate=400, duration=40s))", hold=hold, connections=8,
        kinds={"fan": {"fails": 1, "think": "100ms..400ms"}},
    )  # fmt: skip
    result = forecast(scenario, server=ServerModel.exponential(2), seeds=1)
    inventory, holds = result.inventory, result.holds
    part = inventory[inventory["seconds"].between(5, 35)]
    began = holds[holds["held_at"].between(5, 35)]
    lasted = (began["ended_at"] - began["held_at"]).mean()
    assert part["held"].mean() == pytest.approx(len(began) / 30 * lasted, rel=0.01)
