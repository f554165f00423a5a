"""The repeats of runs with equal settings: runs -> means with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def over_repeats(runs: pd.DataFrame, metric: str, by: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """The mean of a metric over the repeats, and Student's t interval of it.

    Args:
        runs: One row per run, as `Sweep.runs`.
        metric: Which column.
        by: The columns of the settings that repeats have in common.
        confidence: Of each interval.

    Returns:
        One row per combination of settings, which are the index: the `mean`, the
        interval from `low` to `high`, and the number of `repeats` that have a value.
        NaN where there is no value, or no interval, since there is one repeat.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415  a wait that few need

    values = runs.assign(value=runs[metric].astype(float)).groupby([*by], sort=False)["value"]
    found = pd.DataFrame({"mean": values.mean(), "spread": values.std(), "repeats": values.count()})
    freedom = (found["repeats"] - 1).clip(lower=1)
    margin = stdtrit(freedom, 0.5 + confidence / 2) * found["spread"] / np.sqrt(found["repeats"].clip(lower=1))
    found["low"], found["high"] = found["mean"] - margin, found["mean"] + margin
    return found[["mean", "low", "high", "repeats"]]
