"""Which answers tell a buyer of a sale."""

from made_up import attempts, call

from booking_sim.records.attempts import Call
from booking_sim.stats import outcomes


def test_a_sale_whose_first_answer_was_lost_is_one_and_that_of_another_request_is_none():
    answers = ("confirmed", None), ("already_confirmed", 2), ("already_confirmed", None), ("expired", 2)
    rows = [
        call(buyer, 3, buyer / 10, 1.0, outcome, repeats=repeats)._replace(call=Call.CONFIRM)
        for buyer, (outcome, repeats) in enumerate(answers)
    ]
    assert outcomes.sold(attempts(*rows)).tolist() == [True, True, False, False]
