"""What the server did, look by look: what counts up -> rates and shares."""

import pandas as pd

_RATES = {
    "commits": "commits_per_s",
    "wal_bytes": "wal_bytes_per_s",
    "updates": "updates_per_s",
    "server_cpu_s": "server_processors",
    "generator_cpu_s": "generator_processors",
    "machine_cpu_s": "machine_processors",
}


def server_rates(server: pd.DataFrame) -> pd.DataFrame:
    """What the server did between one look and the next.

    Args:
        server: One row a look, as SurgeResult.server.

    Returns:
        One row a look but for the first, and for the last but one if the last came
        soon after it, by its `seconds` as the index, for the time
        since the look before: `commits_per_s`, `wal_bytes_per_s` and `updates_per_s`;
        the processors in use, 1 being one of them all the time, by the server, the
        generator and the whole machine, `server_processors`, `generator_processors` and
        `machine_processors`; `hot_share`, the share of the updates of booking tables
        that needed no new index entry; and `hit_share`, the share of the pages asked
        for that were in the server's memory. Not a number where there is nothing to
        take a share of, or where it is not known.
    """
    server = apart(server)
    steps = server.set_index("seconds").astype(float).diff().iloc[1:]
    lasted = server["seconds"].diff().iloc[1:].to_numpy()
    rates = steps[[*_RATES]].div(lasted, axis="index").rename(columns=_RATES)
    pages = steps["buffer_hits"] + steps["buffer_reads"]
    return rates.assign(
        hot_share=steps["hot_updates"] / steps["updates"].where(steps["updates"] > 0),
        hit_share=steps["buffer_hits"] / pages.where(pages > 0),
    )


def apart(server: pd.DataFrame) -> pd.DataFrame:
    """The looks, without the last but one if the last, at the end of the run, came much sooner after it than usual.

    Processor time is counted in ticks of 10 ms for each of many processes: over a moment there is only their rounding.
    """
    lasted = server["seconds"].diff()
    is_late = len(server) > 2 and lasted.iloc[-1] < lasted.median() / 2
    return server.drop(index=server.index[-2:-1]) if is_late else server


def processors(server: pd.DataFrame) -> pd.DataFrame:
    """The processors in use between one look and the next.

    Args:
        server: One row a look, as SurgeResult.server.

    Returns:
        One row a look but for the first, by its `seconds` as the index: `server`, left
        out where it is not known, `generator`, and `others` on the generator's machine.
    """
    rates = server_rates(server)
    used = pd.DataFrame({"server": rates["server_processors"], "generator": rates["generator_processors"]})
    used = used.dropna(axis="columns", how="all").fillna(0)
    return used.assign(others=(rates["machine_processors"] - used.sum(axis="columns")).clip(lower=0))
