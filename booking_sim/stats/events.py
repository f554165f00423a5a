"""What happened to the server during a run: samples of it -> events."""

import pandas as pd

_KINDS = {"checkpointed_bytes": ("checkpoint", "a checkpoint ended"), "vacuums": ("vacuum", "booking tables vacuumed")}
"""By the column of `SurgeResult.server` that has grown since the sample before."""


def with_server_events(events: pd.DataFrame, server: pd.DataFrame) -> pd.DataFrame:
    """Add the events that samples of the server show.

    Args:
        events: As SurgeResult.events, without these.
        server: As SurgeResult.server.

    Returns:
        All of them, by time: a checkpoint, or a vacuum, at the first sample that counts it.
    """
    found = [
        pd.DataFrame({"seconds": server.loc[server[column].diff() > 0, "seconds"], "kind": kind, "text": text})
        for column, (kind, text) in _KINDS.items()
    ]
    every = pd.concat([events, *(each.astype(events.dtypes) for each in found)], ignore_index=True)
    return every.sort_values("seconds", kind="stable", ignore_index=True)
