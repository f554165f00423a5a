"""After a run, whatever fails is written down and the next step is taken."""

import pytest

from booking_sim.errors import BookingSimError
from booking_sim.result.steps import Steps


class Interrupt:
    """As the one of a surge: Ctrl-C raises once where it is allowed to, else it is only counted."""

    def __init__(self):
        self.raises = False
        self.counted = 0

    def press(self):
        if self.raises:
            self.raises = False
            raise KeyboardInterrupt
        self.counted += 1


def fail(error):
    raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BookingSimError("The server is gone.\nTry again."), "The server is gone. Try again"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError("Error writing bytes to file. Detail: [errno 28] No space left on device"), "No space left on device"),
        (RuntimeError('relation "t" does not exist\nLINE 6: select * from t\n  ^'), 'relation "t" does not exist'),
        (ValueError(), "ValueError"),
        (RuntimeError("postgresql://me:secret@host/db"), "postgresql://me:***@host/db"),
    ],
)
def test_what_fails_is_one_line_without_a_password(error, words):
    steps = Steps()
    assert steps.take("the audit", lambda: fail(error), "nothing") == "nothing"
    assert steps.take("the chart", lambda: "drawn", None) == "drawn"
    assert steps.problems == [f"the audit is missing: {words}"]


def test_ctrl_c_ends_a_step_and_those_after_it_that_can_be_left_out():
    interrupt = Interrupt()
    steps = Steps(interrupt)
    assert steps.take("the audit", interrupt.press, None) is None
    assert steps.take("the chart", lambda: pytest.fail("was taken"), "none") == "none"
    assert steps.take("the manifest", lambda: "written", None, always=True) == "written"
    assert steps.problems == ["the audit is missing: interrupted", "the chart is missing: interrupted"]


def test_what_is_always_done_is_not_ended_by_another_ctrl_c():
    interrupt = Interrupt()
    steps = Steps(interrupt)
    steps.take("the chart", interrupt.press, None)
    assert steps.take("the manifest", lambda: interrupt.press() or "written", None, always=True) == "written"
    assert interrupt.counted == 1
    assert steps.problems == ["the chart is missing: interrupted"]


def test_between_steps_ctrl_c_is_counted_and_raises_nothing():
    interrupt = Interrupt()
    steps = Steps(interrupt)
    steps.take("one", lambda: None, None)
    interrupt.press()
    steps.take("another", lambda: fail(ValueError), None)
    interrupt.press()
    assert interrupt.counted == 2


def test_where_nothing_hears_ctrl_c_it_is_an_exception_as_ever():
    with pytest.raises(KeyboardInterrupt):
        Steps().take("the chart", lambda: fail(KeyboardInterrupt), None)
