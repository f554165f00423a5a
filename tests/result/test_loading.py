"""A folder is read as it was written, or one line says what is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from surge_results import attempt_rows, result

from booking_sim.errors import ResultNotFound
from booking_sim.records import columns
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.beginning import UNFINISHED, begin
from booking_sim.result.folder import FORMAT, reserve_dir
from booking_sim.result.loading import load
from booking_sim.result.steps import Steps


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def drop_key(folder, key):
    path = folder / "manifest.json"
    path.write_text(json.dumps({name: value for name, value in json.loads(path.read_text()).items() if name != key}))


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def drop_column(path):
    pq.write_table(pq.read_table(path).drop_columns(["buyer"]), path)


DAMAGE: dict[str, tuple[Callable, str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), r"manifest.json: No such file"),
    "half a manifest": (lambda folder: truncate(folder / "manifest.json"), "is not JSON, or only half of it is there"),
    "a deep manifest": (
        lambda folder: (folder / "manifest.json").write_text("[" * 99_999),
        "is not JSON, or only half",
    ),
    "a list": (lambda folder: (folder / "manifest.json").write_text("[]"), "in the format of another version"),
    "another format": (
        lambda folder: change_manifest(folder, format=1, versions={"booking_sim": "0.0.9"}),
        r"another version of booking_sim \(0\.0\.9\)",
    ),
    "no format": (lambda folder: (folder / "manifest.json").write_text("{}"), "in the format of another version"),
    "a changed manifest": (lambda folder: change_manifest(folder, interrupted=True), "manifest.json was changed after"),
    "no word on its end": (lambda folder: drop_key(folder, "finished"), "manifest.json was changed after"),
    "another stream": (
        lambda folder: (
            change_manifest(folder, finished=False, files={}),
            pa.ipc.new_stream(str(folder / "attempts.arrows"), pa.schema({"a": pa.int8()})).close(),
        ),
        "attempts.arrows has other columns than this version writes",
    ),
    "no file": (lambda folder: (folder / "holds.parquet").unlink(), "holds.parquet is missing"),
    "half a file": (lambda folder: truncate(folder / "attempts.parquet"), "attempts.parquet was changed after it was"),
    "one bit": (lambda folder: flip(folder / "attempts.parquet", 600), "attempts.parquet was changed after it was"),
    "no column": (lambda folder: drop_column(folder / "holds.parquet"), "holds.parquet was changed after it was"),
    "a comparison": (lambda folder: change_manifest(folder, result_of="comparison", finished=False), "of a comparison"),
    "nothing began": (
        lambda folder: (folder / "manifest.json").write_text(f'{{"format": {FORMAT}, "finished": false}}'),
        "the run ended before its first call",
    ),
    "no key": (
        lambda folder: (folder / "manifest.json").write_text(
            f'{{"format": {FORMAT}, "finished": false, "result_of": "surge"}}'
        ),
        "manifest.json has no key 'skip_depth'",
    ),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with a result."""
    return result().save(tmp_path_factory.mktemp("saved") / "out")


@pytest.mark.parametrize(("damage", "words"), DAMAGE.values(), ids=[*DAMAGE])
def test_a_damaged_folder_is_said_in_one_line(saved, tmp_path, damage, words):
    for path in saved.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load(tmp_path).summary()["attempts"] == 4
    damage(tmp_path)
    with pytest.raises(ResultNotFound, match=words) as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path):
    with pytest.raises(ResultNotFound, match=r"manifest.json: No such file"):
        load(tmp_path / "nowhere")


def test_pages_have_checksums_that_are_verified(saved, tmp_path):
    path = tmp_path / "attempts.parquet"
    path.write_bytes((saved / "attempts.parquet").read_bytes())
    flip(path, 600)
    with pytest.raises(OSError, match=r"(?i)crc"):
        list(columns.read(path))


def test_a_run_whose_process_was_killed_is_read_as_partial(tmp_path):
    """Its manifest says that it did not end, and the last batch of its attempts is cut off."""
    folder, run = reserve_dir(tmp_path / "out"), result()
    begin(folder, run.scenario, run.manifest)
    with columns.Stream(folder / "attempts.arrows") as stream:
        stream.add([*zip(*attempt_rows()[:3], strict=True)])
        stream.add([*zip(*attempt_rows()[3:], strict=True)])
    truncate(folder / "attempts.arrows")
    left = load(folder)
    assert left.partial
    assert left.manifest.problems == [UNFINISHED]
    assert len(left.attempts) == 3
    assert left.headline.startswith("Partial run, the audit was not done: 2 of 2 tickets held, 1 buyer refused")
    assert "none sold twice" not in left.headline
    assert not left.ok
    again = load(left.save(tmp_path / "again"))
    assert again.summary()["attempts"] == 3
    assert again.manifest.problems == [UNFINISHED]


def test_a_run_whose_process_was_killed_while_it_was_saved_keeps_its_attempts(tmp_path):
    """The Parquet file has taken the place of the stream, and the manifest does not yet say so."""
    folder, run = begun(tmp_path / "out")
    run.recorded.settle(folder / "attempts.parquet")
    left = load(folder)
    assert (len(left.attempts), left.manifest.problems) == (4, [UNFINISHED])


def test_a_manifest_that_cannot_be_written_is_missing_too(tmp_path, monkeypatch):
    folder, run = begun(tmp_path / "out")
    monkeypatch.setattr("booking_sim.result.saving.write_manifest", lambda *_: no_space())
    run.save_in(folder, Steps())
    assert run.manifest.problems == ["the end of manifest.json is missing: No space left on device"]
    assert load(folder).manifest.problems == [UNFINISHED]


def test_on_a_full_disk_the_manifest_of_the_end_takes_the_room_of_the_first_one(tmp_path, monkeypatch):
    folder, run = begun(tmp_path / "out")
    monkeypatch.setattr(Path, "write_bytes", lambda *_: no_space())
    monkeypatch.setattr("booking_sim.result.result.glance", lambda *_: no_space())
    run.save_in(folder, Steps())
    assert load(folder).manifest.problems == ["surge.png is missing: No space left on device"]
    assert not (folder / "manifest.json.part").exists()


def begun(folder):
    """A folder as a run leaves it whose workers have ended: attempts in a stream, and a manifest that says nothing."""
    run = result()
    begin(reserve_dir(folder), run.scenario, run.manifest)
    with columns.Stream(folder / "attempts.arrows") as stream:
        stream.add([*zip(*attempt_rows(), strict=True)])
    run.recorded = RecordedAttempts(folder / "attempts.arrows")
    return folder, run


def test_what_could_not_be_saved_is_said_and_the_rest_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr("booking_sim.records.holds.write", lambda *_: no_space())
    monkeypatch.setattr("booking_sim.result.result.glance", lambda *_: no_space())
    with pytest.raises(Exception, match=r"is not complete\. holds.parquet is missing: No space left on device; surge"):
        result().save(tmp_path / "out")
    left = load(tmp_path / "out")
    assert left.partial
    assert left.manifest.problems == [
        "holds.parquet is missing: No space left on device",
        "surge.png is missing: No space left on device",
    ]
    assert (len(left.attempts), len(left.holds)) == (4, 0)


def no_space():
    raise OSError(28, "No space left on device")
