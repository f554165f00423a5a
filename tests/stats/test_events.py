"""What happened during a run: seen in samples, marked by a user, and drawn."""

from made_up import attempts, events, holds, inventory, refused, server, waits

from booking_sim.load_generator.marks import collecting, mark
from booking_sim.plots import overview
from booking_sim.records import samples
from booking_sim.stats.events import with_server_events


def test_checkpoints_and_vacuums_are_seen_at_the_sample_that_counts_them():
    frame = server(*((second, 0, 0, 0) for second in range(5)))
    frame = frame.assign(checkpointed_bytes=[0, 0, 99, 99, 99], vacuums=[0, 1, 1, 1, 3])
    found = with_server_events(events((2.5, "mark", "mine")), frame)
    assert found[["seconds", "kind"]].to_numpy().tolist() == [
        [1, "vacuum"],
        [2, "checkpoint"],
        [2.5, "mark"],
        [4, "vacuum"],
    ]
    assert with_server_events(events(), server()).empty


def test_a_mark_is_of_the_runs_that_are_under_way():
    assert not mark("nobody runs")
    with collecting() as first, collecting() as second:
        assert mark("an index is dropped")
    assert not mark("too late")
    for marks in (first, second):
        frame = samples.to_frame("events", marks.columns(), marks.columns()[0][0][0] - 2)
        assert frame.to_numpy().tolist() == [[2, "mark", "an index is dropped"]]


def test_events_are_marked_in_every_chart_over_time_and_named_below():
    happened = events((0.25, "checkpoint", "a checkpoint ended"), (0.5, "mark", "mine"))
    rows = attempts(*(refused(number, number / 10) for number in range(10)))
    figure = overview(
        rows, holds(), inventory((0, 9, 0, 0, 0), (1, 9, 0, 0, 0)), waits(), server(), title="x", events=happened
    )
    marked = {
        ax.get_xlabel(): [line.get_xdata()[0] for line in ax.lines if str(line.get_gid()).startswith("event")]
        for ax in figure.axes
    }
    assert marked.pop("seconds since the start") == [0.25, 0.5]
    assert not any(marked.values())
    assert figure.get_supxlabel() == "Dotted lines: a checkpoint ended (250 ms); mine (500 ms)."
