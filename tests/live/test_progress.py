"""The progress bar on a narrow terminal."""

from types import SimpleNamespace

from booking_sim.live.progress import Progress
from booking_sim.live.tally import Tally


def test_the_p99_is_shown_at_60_columns_and_time_counts_from_the_start(capsys):
    batch = SimpleNamespace(
        outcomes={"held": 500, "sold_out": 4000, "contended": 30},
        buyers_done=4530,
        requests_queued=4530,
        latencies_ms=[12.5],
    )
    with Progress(Tally(buyers=5000, tickets=500), show=True) as bar:
        bar._bar.start_t -= 3600  # the workers took an hour to get ready
        bar.add(batch)
    last = capsys.readouterr().err.splitlines()[-1].split("\r")[-1]
    assert "4530/5000 [00:00<" in last
    assert "p99 12.5 ms" in last[:60]  # the rest is cut off where a terminal is not wider
