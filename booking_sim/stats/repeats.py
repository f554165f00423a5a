"""The repeats of runs with equal settings: runs -> means with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def over_repeats(runs: pd.DataFrame, metric: str, by: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """The mean of a metric over the repeats, and Student's t interval of it, from 0 on: no metric is below.

    Args:
        runs: One row per run, as `Sweep.runs`.
        metric: Which column.
        by: The columns of the settings that repeats have in common.
        confidence: Of each interval.

    Returns:
        One row per combination of settings, which are the index: the `mean`, the
        interval from `low` to `high`, the number of `repeats` that have a value, and of
        those the number in which it was `not_reached` (a percentile beyond the share
        answered). The mean is infinite if there is one of these. NaN where there is no
        value, or no interval, since there is one repeat or the mean is infinite.

    Example:
        Two repeats of one setting:

            import pandas as pd

            from booking_sim import stats

            runs = pd.DataFrame({"connections": [4, 4], "p99_ms": [8.0, 9.0]})
            stats.over_repeats(runs, "p99_ms", ["connections"])

    See Also:
        diff: Two kinds of run, metric by metric.
        booking_sim.plots.metric_by_setting: The same as a picture.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415  a wait that few need

    known = runs.assign(value=runs[metric].astype(float), reached=runs[metric].astype(float).replace(np.inf, np.nan))
    groups = known.groupby([*by], sort=False)
    values, repeats = groups["reached"], groups["value"].count()
    not_reached = repeats - values.count()
    mean, spread = values.mean().mask(not_reached > 0, np.inf), values.std().mask(not_reached > 0)
    found = pd.DataFrame({"mean": mean, "spread": spread, "repeats": repeats})
    freedom = (found["repeats"] - 1).clip(lower=1)
    margin = stdtrit(freedom, 0.5 + confidence / 2) * found["spread"] / np.sqrt(found["repeats"].clip(lower=1))
    found["low"], found["high"] = (found["mean"] - margin).clip(lower=0), found["mean"] + margin
    return found.assign(not_reached=not_reached)[["mean", "low", "high", "repeats", "not_reached"]]
