"""What the server did between samples: counters -> rates, shares and CPUs in use."""

import pandas as pd

_RATES = {
    "commits": "commits_per_s",
    "wal_bytes": "wal_bytes_per_s",
    "updates": "updates_per_s",
    "server_cpu_s": "server_cpus",
    "generator_cpu_s": "generator_cpus",
    "machine_cpu_s": "machine_cpus",
}


def server_rates(server: pd.DataFrame) -> pd.DataFrame:
    """What the server did between one sample and the next.

    Args:
        server: One row per sample, as SurgeResult.server.

    Returns:
        One row per interval of `sample_times`, by its end in `seconds` as the index:
        `commits_per_s`, `wal_bytes_per_s` and `updates_per_s`; the CPUs in use, 1 being
        one of them all the time, by the server, the generator and the whole machine:
        `server_cpus`, `generator_cpus` and `machine_cpus`; `hot_share`, the share of
        the updates of booking tables that needed no new index entry; and `hit_share`,
        the share of the requested pages that were in the server's memory. NaN where
        there is nothing to take a share of, or where it is not known.

    Example:
        Bytes of WAL per second over the run:

            from booking_sim import stats

            stats.server_rates(result.server)["wal_bytes_per_s"]

    See Also:
        cpu_use: The CPUs alone.
    """
    server = _merge_short_last(server)
    steps = server.set_index("seconds").astype(float).diff().iloc[1:]
    lasted = server["seconds"].diff().iloc[1:].to_numpy()
    rates = steps[[*_RATES]].div(lasted, axis="index").rename(columns=_RATES)
    pages = steps["buffer_hits"] + steps["buffer_reads"]
    return rates.assign(
        hot_share=steps["hot_updates"] / steps["updates"].where(steps["updates"] > 0),
        hit_share=steps["buffer_hits"] / pages.where(pages > 0),
    )


def sample_times(server: pd.DataFrame) -> pd.Series:
    """The instants between which `server_rates` and `cpu_use` count, in seconds since the start.

    Args:
        server: One row per sample, as SurgeResult.server.

    Returns:
        One value per sample, but without the last but one if the last, at the end of
        the run, came much sooner after it than usual.
    """
    return _merge_short_last(server)["seconds"]


def _merge_short_last(server: pd.DataFrame) -> pd.DataFrame:
    """CPU time is counted in ticks of 10 ms for each of many processes: over an instant there is only rounding."""
    lasted = server["seconds"].diff()
    is_short = len(server) > 2 and lasted.iloc[-1] < lasted.median() / 2
    return server.drop(index=server.index[-2:-1]) if is_short else server


def cpu_use(server: pd.DataFrame) -> pd.DataFrame:
    """The CPUs in use between one sample and the next, by who used them.

    Args:
        server: One row per sample, as SurgeResult.server.

    Returns:
        One row per interval of `sample_times`, by its end in `seconds` as the index:
        `server`, left out where it is not known, `generator`, and `others` on the
        generator's machine; 1 is one CPU all the time.

    Example:
        The CPUs of the server, on average:

            from booking_sim import stats

            stats.cpu_use(result.server).mean()

    See Also:
        server_rates: What else the server did.
        booking_sim.plots.cpu_over_time: The same as a picture.
    """
    rates = server_rates(server)
    used = pd.DataFrame({"server": rates["server_cpus"], "generator": rates["generator_cpus"]})
    used = used.dropna(axis="columns", how="all").fillna(0)
    return used.assign(others=(rates["machine_cpus"] - used.sum(axis="columns")).clip(lower=0))


def mean_cpu_use(server: pd.DataFrame) -> pd.Series:
    """The CPUs in use over the whole run, by who used them.

    Args:
        server: One row per sample, as SurgeResult.server.

    Returns:
        The mean of each column of `cpu_use`, each interval weighted by its length.
    """
    used = cpu_use(server)
    lasted = sample_times(server).diff().iloc[1:].to_numpy()
    mean: pd.Series = used.mul(lasted, axis="index").sum() / lasted.sum()
    return mean
