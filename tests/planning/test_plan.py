"""The twelve answers: each is in the page, and says what a forecast of its own says."""

import json

import pytest

from booking_sim import Scenario, ServerModel, forecast, plan
from booking_sim.cli import main
from booking_sim.errors import BookingSimError
from booking_sim.planning.plan import QUESTIONS
from booking_sim.planning.variants import at_rate

MODEL = ServerModel.exponential(8)
ON_SALE = Scenario(
    tickets=120,
    arrivals="poisson(constant(rate=150, duration=4s))",
    connections=4,
    hold="2s",
    kinds={"fan": {"share": 9, "pays": 0.5, "think": "200ms..1s", "refreshes": 1}, "bot": {"at_once": 4}},
)


@pytest.fixture(scope="module")
def found():
    return plan(ON_SALE, server=MODEL, seeds=3, p99_ms=100)


def test_there_are_twelve_answers_each_with_a_chart(found):
    assert [*found.to_frame().index] == [*QUESTIONS]
    assert len(QUESTIONS) == 12
    page = found.page()
    assert all(sentence in page for sentence in found.to_frame()["answer"].str.replace("'", "&#39;"))
    assert page.count("<img ") == 11  # a made-up server has no cores that could be scaled
    assert found.headline.startswith("Forecasts for a made-up server, exponential, 8 ms (NOT calibrated)")


def test_an_answer_is_that_of_a_forecast(found):
    spread = forecast(ON_SALE, server=MODEL, seeds=3).spread()
    points = {answer.name: answer.points.set_index("label") for answer in found.answers}
    assert points["first_refusal"].loc["1 x", "median"] == spread.loc["sold_out_after_s", "median"]
    assert points["best_hold"].loc["2s", "high"] == spread.loc["tickets_sold", "high"]
    assert points["fewest_connections"].loc["4", "low"] == spread.loc["p99_ms", "low"]


def test_the_best_hold_and_the_fewest_connections_are_found():
    """Buyers who need a second to pay: a hold below that sells nothing. Four connections serve 500 calls a second."""
    on_sale = ON_SALE.replace(kinds={"fan": {"pays": 0.5, "think": "1s"}}, hold="2s")
    found = plan(on_sale, server=MODEL, seeds=2, p99_ms=100, questions=["best_hold", "fewest_connections"])
    holds, connections = (answer.points.set_index("label")["median"] for answer in found.answers)
    assert holds["500ms"] == 0 < holds["2s"]
    enough = [label for label, p99 in connections.items() if p99 <= 100]
    assert found.answers[1].sentence.startswith(f"connections={enough[0]} is enough")


def test_people_who_come_faster_still_think_as_long():
    """Everything but the arrivals keeps its length in the run."""
    faster = at_rate(ON_SALE, 2)
    assert faster.schedule.times * 2 == pytest.approx(ON_SALE.schedule.times)
    assert faster.seconds(faster.hold) == ON_SALE.seconds(ON_SALE.hold)
    think, as_before = faster.kinds["fan"].think, ON_SALE.kinds["fan"].think
    assert (faster.seconds(think.least), faster.seconds(think.most)) == (
        ON_SALE.seconds(as_before.least),
        ON_SALE.seconds(as_before.most),
    )


def test_an_extrapolated_answer_says_so():
    model = ServerModel(levels=(1,), samples=MODEL.samples, block=1, manifest={"made_up": True, "machine": {"cpus": 2}})
    (answer,) = plan(ON_SALE, server=model, seeds=1, questions=["cores_needed"]).answers
    assert answer.extrapolated
    assert answer.title.startswith("EXTRAPOLATED: ")


def test_an_unknown_question_is_named():
    with pytest.raises(BookingSimError, match="Question 'best_hols' is unknown: did you mean 'best_hold'"):
        plan(ON_SALE, server=MODEL, questions=["best_hols"])


def test_the_command_prints_the_answers_and_writes_the_page(capsys, tmp_path):
    words = [
        "plan",
        "club_gig",
        "--latency",
        "5",
        "--seeds",
        "1",
        "--question",
        "bots",
        "--out",
        str(tmp_path / "p.html"),
    ]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    assert not ended.value.code
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert answer["name"] == "bots"
    assert answer["answer"] in (tmp_path / "p.html").read_text(encoding="utf-8")
