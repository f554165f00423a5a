"""Errors tell by their class what has to be put right; the exit code of the command line follows from it."""

import pickle
import re
from pathlib import Path

import pytest

import booking_sim
from booking_sim import errors
from booking_sim.cli import cli, main

CLASSES = [each for each in vars(errors).values() if isinstance(each, type) and each is not errors.BookingSimError]


@pytest.mark.parametrize("error", CLASSES)
def test_each_is_of_the_package_and_is_raised_somewhere(error):
    assert issubclass(error, errors.BookingSimError)
    assert str(pickle.loads(pickle.dumps(error("one line")))) == "one line"  # workers send them to the parent
    sources = "".join(path.read_text() for path in Path(booking_sim.__file__).parent.rglob("*.py"))
    assert re.search(rf"(?:raise|return) {error.__name__}\(", sources)


def test_an_invalid_setting_is_a_value_error():
    with pytest.raises(ValueError, match="tickets"):
        booking_sim.Scenario(tickets=0)


@pytest.mark.parametrize("code", [2, 1])
def test_the_exit_code_is_that_of_the_class(code, monkeypatch, capsys):
    class Wrong(errors.BookingSimError):
        exit_code = code

    def wrong(*_, **__):
        raise Wrong("it is wrong: put it right.")

    monkeypatch.setattr(cli, "main", wrong)
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == code
    assert capsys.readouterr().err == "booking-sim: it is wrong: put it right.\n"
