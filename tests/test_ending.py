"""A signal ends a command as Ctrl-C does, unless somebody chose to ignore it."""

import signal

import pytest

from booking_sim.cli.ending import end_in_good_order


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("before", "after"), [(signal.SIG_DFL, signal.default_int_handler), (signal.SIG_IGN, signal.SIG_IGN)]
)
def test_a_signal_ends_it_unless_it_is_ignored(number, before, after):
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        signal.signal(number, before)
        end_in_good_order()
        assert signal.getsignal(number) is after
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
