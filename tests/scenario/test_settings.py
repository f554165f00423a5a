"""Every setting and every parameter of a kind: its default, its range, how it is described."""

from datetime import timedelta

import attrs
import numpy as np
import pytest

from booking_sim.errors import SettingError
from booking_sim.scenario.kinds import BuyerKind, BuyerKindSettings, Payment
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.scenario.spans import Span

MOST = timedelta(days=31)
MICROSECOND = timedelta(microseconds=1)
TIMES = (MICROSECOND, MOST)

# The default, and the least and the greatest value if it has a range
SETTINGS = {
    "events": (1, (1, 1000)),
    "tickets": (500, (1, 5_000_000)),
    "buyers": (None, (1, 10_000_000)),
    "arrivals": (None, None),
    "duration": (None, TIMES),
    "kinds": ({"buyer": BuyerKind()}, None),
    "quantity": (1, (1, 5_000_000)),
    "hold": (timedelta(minutes=5), TIMES),
    "time_scale": (1.0, (0.001, 1e6)),
    "strategy": ("default", None),
    "workers": (2, (1, 10_000)),
    "connections": (32, (1, 10_000)),
    "answer_timeout": (timedelta(minutes=1), TIMES),
    "cold": (False, None),
    "warm_up": (None, TIMES),
    "payments_first": (True, None),
    "depth_every": (200, (0, 1_000_000_000)),
    "seed": (1, (0, 2**63 - 1)),
}
PARAMETERS = {
    "share": (1.0, (1e-300, 1e9)),
    "quantity": (None, (1, 5_000_000)),
    "pays": (0.0, (0.0, 1.0)),
    "fails": (0.0, (0.0, 1.0)),
    "late": (0.0, (0.0, 1.0)),
    "think": (Span(timedelta(0), timedelta(0)), None),
    "patience": (None, TIMES),
    "tries": (10, (1, 1000)),
    "refreshes": (0, (0, 1000)),
    "refresh_after": (Span(timedelta(seconds=1), timedelta(seconds=1)), None),
    "at_once": (1, (1, 1000)),
}
BOTH = [(Scenario, SETTINGS), (BuyerKind, PARAMETERS)]
RANGES = [
    pytest.param(attrs.fields_dict(cls)[name], *ends, id=f"{cls.__name__}.{name}")
    for cls, table in BOTH
    for name, (_, ends) in table.items()
    if ends
]


@pytest.mark.parametrize(("cls", "table"), BOTH)
def test_the_defaults(cls, table):
    assert {name: getattr(cls(), name) for name in table} == {name: default for name, (default, _) in table.items()}
    assert [field.name for field in attrs.fields(cls)] == [*table]


@pytest.mark.parametrize(("field", "least", "most"), RANGES)
def test_the_ends_of_a_range_are_valid_and_what_is_beyond_is_not(field, least, most):
    step = {int: 1, float: 1e-7, timedelta: MICROSECOND}[type(most)]
    for value in (least, most):
        field.validator(None, field, value)
    beyond_least = 0.0 if least == 1e-300 else least - step
    for value in (beyond_least, most + max(step, most * 1e-9)):
        with pytest.raises(SettingError, match=f"^{field.name}="):
            field.validator(None, field, value)


@pytest.mark.parametrize(("field", "least", "most"), [each for each in RANGES if type(each.values[2]) is not timedelta])
def test_numbers_of_numpy_become_those_of_python(field, least, most):
    kind = type(most)
    given = np.int64(7) if kind is int else np.float32(7)
    assert type(field.converter(given)) is kind
    assert field.converter(given) == 7


@pytest.mark.parametrize("name", ["cold", "payments_first"])
def test_a_flag_is_true_or_false_and_nothing_else(name):
    with pytest.raises(SettingError, match=f"^{name}='no' is invalid: expected true or false"):
        Scenario(**{name: "no"})


@pytest.mark.parametrize("quantity", [{1: 1e9}, {"1": 0, "5000000": 1}])
def test_a_quantity_can_be_weighted(quantity):
    assert BuyerKind(quantity=quantity).quantity == {int(tickets): weight for tickets, weight in quantity.items()}


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        ({1: 1e9 + 1}, "{1: 1000000001.0}"),
        ({1: -1, 2: 3}, "{1: -1.0, 2: 3.0}"),
        ({"two": 1}, "{'two': 1}"),
        ({1: "many"}, "{1: 'many'}"),
        ({5_000_001: 1}, "{5000001: 1.0}"),
        ("2", "'2'"),
    ],
)
def test_a_quantity_that_cannot_be_requested_is_refused(quantity, shown):
    with pytest.raises(SettingError) as caught:
        BuyerKind(quantity=quantity)
    assert str(caught.value) == (
        f"quantity={shown} is invalid: expected a whole number from 1, or how likely each is, such as"
        " {1 = 0.3, 2 = 0.7}."
    )


def test_lengths_of_time_of_a_kind_are_given_as_text():
    kind = BuyerKind(think="1s..2s", refresh_after="~3s", patience="1m")
    assert (str(kind.think), str(kind.refresh_after), kind.patience) == ("1s..2s", "~3s", timedelta(minutes=1))


def test_there_may_be_five_million_tickets_in_all():
    assert Scenario(events=5, tickets=1_000_000).events == 5


def test_the_greatest_quantity_of_a_kind():
    kinds = BuyerKind(), BuyerKind(quantity=3), BuyerKind(quantity={2: 1, 4: 0.5})
    assert [kind.most_tickets for kind in kinds] == [0, 3, 4]
    assert Scenario(tickets=4, kinds={"group": kinds[2]}).tickets == 4


def test_what_becomes_of_a_payment_is_named_as_its_parameter():
    assert [payment.value for payment in Payment] == ["pays", "fails", "late", "never"]


@pytest.mark.parametrize(("settings", "cls"), [(ScenarioSettings, Scenario), (BuyerKindSettings, BuyerKind)])
def test_editors_know_all_settings_and_that_each_may_be_left_out(settings, cls):
    assert settings.__optional_keys__ == {field.name for field in attrs.fields(cls)}


@pytest.mark.parametrize("cls", [Scenario, BuyerKind])
def test_each_is_described_in_a_sentence(cls):
    for field in attrs.fields(cls):
        assert field.metadata["help"].endswith(".")
        assert field.metadata.get("hint", "")[-1:] in {"", "."}


def test_the_docstring_has_a_line_for_each_setting():
    for name in SETTINGS:
        assert f"\n        {name}: " in Scenario.__doc__
    assert max(map(len, Scenario.__doc__.splitlines())) <= 8 + 80


def test_each_setting_has_a_placeholder_for_the_help():
    placeholders = {field.name: field.metadata["metavar"] for field in attrs.fields(Scenario)}
    assert {name for name, text in placeholders.items() if text == "N"} == {
        name for name, (_, ends) in SETTINGS.items() if ends and type(ends[1]) is int
    }
    assert {name for name, text in placeholders.items() if text == "TIME"} == {
        *("duration", "hold", "answer_timeout", "warm_up")
    }
    assert {name for name, text in placeholders.items() if text == "YES|NO"} == {"cold", "payments_first"}
