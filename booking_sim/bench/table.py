"""The rounds, judged: the median share of each situation, its spread, and whether it reaches the goal."""

import pandas as pd

_KEYS = ["phase", "situation", "clients"]


def judge(rounds: pd.DataFrame) -> pd.DataFrame:
    """Put the rounds of each situation together.

    How many tickets an event has must not matter, so the goal of an inventory is relative: a part of the greatest
    share that any inventory has at as many clients.

    Args:
        rounds: One row a round, as BenchResult.rounds.

    Returns:
        One row a situation, in the order of measuring: `phase`, `situation`, `clients`, the medians `floor_per_s`,
        `per_s` and `share`, the spread `least` and `greatest` of the shares, `goal`, and `reached`.
    """
    table = (
        rounds.groupby(_KEYS, sort=False)
        .agg(
            floor_per_s=("floor_per_s", "median"),
            per_s=("per_s", "median"),
            share=("share", "median"),
            least=("share", "min"),
            greatest=("share", "max"),
            goal=("goal", "first"),
        )
        .reset_index()
    )
    best = table.groupby(["phase", "clients"])["share"].transform("max")
    table["goal"] = table["goal"].where(table["phase"] != "inventory", table["goal"] * best)
    table["reached"] = table["share"] >= table["goal"]
    return table
