"""How a command ends that was asked to: by Ctrl-C, by a signal, or by a terminal that is closed."""

import signal


def end_in_good_order() -> None:
    """Let SIGTERM and a closed terminal end this process as Ctrl-C does: nothing is left running or behind.

    What somebody chose to ignore stays ignored: nohup does so with a closed terminal.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
