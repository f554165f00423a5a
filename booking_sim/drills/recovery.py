"""How long after a fault the buyers had no answers: measured from the answers themselves."""

from typing import Final

import numpy as np
import pandas as pd

from booking_sim.records.attempts import FAILURES

PAUSE_S: Final = 0.2
"""So long without an answer is a pause: in a drill's surge one comes every few milliseconds."""

CONSEQUENCES_S: Final = 1.0
"""A pause that begins so long after the fault is counted as its consequence: a server may still be going down then."""


def recovery_s(attempts: pd.DataFrame, began_s: float, ended_s: float) -> float:
    """Measure how long it took from the end of a fault until answers came without a pause again.

    Args:
        attempts: One row per attempt, with `sent_at`, `latency_ms` and `outcome`.
        began_s: When the fault began, in seconds since the start of the run.
        ended_s: When it ended.

    Returns:
        Seconds; 0 if there was no pause, or only one that was over when the fault ended; not a number if no answer came
        after the fault, or it is not known when it was.

    Example:
        Answers every 10 ms, but for half a second:

            import numpy as np
            import pandas as pd

            from booking_sim.drills.recovery import recovery_s

            answered = np.r_[0:1:0.01, 1.5:3:0.01]
            attempts = pd.DataFrame({"sent_at": answered, "latency_ms": 0.0, "outcome": "held"})
            recovery_s(attempts, 0.9, 1.1)  # 0.4
    """
    answers = attempts[~attempts["outcome"].isin(FAILURES)]
    answered = np.sort((answers["sent_at"] + answers["latency_ms"] / 1000).to_numpy())
    if not (answered > ended_s).any():
        return float("nan")
    before, after = answered[:-1], answered[1:]
    pauses = (after - before > PAUSE_S) & (after > began_s) & (before < ended_s + CONSEQUENCES_S)
    return float(max(0.0, after[pauses][-1] - ended_s)) if pauses.any() else 0.0
