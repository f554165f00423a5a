"""Numbers in the words of README and docs are those of what there is."""

from pathlib import Path

import pytest

from booking_sim.audit import RULES
from booking_sim.strategies import catalogue

ROOT = Path(__file__).parents[2]
WORDS = {10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen"}


@pytest.mark.parametrize(
    ("page", "sentence", "number"),
    [
        ("README.md", "checks {} invariants", len(RULES)),
        ("README.md", "[{} notebooks]", len([*ROOT.glob("notebooks/[0-9]*.ipynb")])),
        ("docs/how-to/own-strategy.md", "(../reference/strategies.md) has {}", len(catalogue())),
    ],
)
def test_a_number_is_that_of_what_there_is(page, sentence, number):
    assert sentence.format(WORDS[number]) in " ".join((ROOT / page).read_text().split())
