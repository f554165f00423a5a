"""A folder is reserved for one result, whoever chose its name, and is gone again if nothing came of it."""

import json
from multiprocessing.pool import ThreadPool

import pytest

from booking_sim.errors import BookingSimError
from booking_sim.result.folder import MANIFEST, reserve_dir, reserved_dir, write_manifest


def reserve(folder):
    try:
        return reserve_dir(folder)
    except BookingSimError as error:
        return str(error)


def test_of_many_at_once_one_gets_the_folder(tmp_path):
    with ThreadPool(8) as pool:
        got = pool.map(reserve, [tmp_path / "out"] * 8)
    assert got.count(tmp_path / "out") == 1
    assert {words for words in got if isinstance(words, str)} == {
        f"'{tmp_path}/out' contains a result, which is kept: name another folder."
    }


def test_results_of_one_second_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ThreadPool(4) as pool:
        folders = pool.map(make_result, range(4))
    assert len({*folders}) == 4
    assert all(json.loads((folder / MANIFEST).read_text())["number"] == n for n, folder in enumerate(folders))


def make_result(number):
    with reserved_dir(None, "surge") as folder:
        write_manifest(folder, {"number": number})
    return folder


@pytest.mark.parametrize("was_there", [True, False])
def test_a_folder_in_which_nothing_came_to_be_is_as_before(tmp_path, was_there):
    if was_there:
        (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt), reserved_dir(tmp_path / "out", "surge"):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.rglob("*")] == ["out"] * was_there


def test_what_was_written_stays_whatever_happens(tmp_path):
    def run():
        with reserved_dir(tmp_path / "out", "surge") as folder:
            (folder / "evidence").write_text("seen")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {MANIFEST, "evidence"}


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BookingSimError, match=r"Cannot write to '.*/file/out' \(Not a directory\): name a folder"):
        reserve_dir(tmp_path / "file" / "out")


def test_a_manifest_that_cannot_be_written_leaves_the_one_before(tmp_path):
    write_manifest(tmp_path, {"whole": True})
    (tmp_path / f"{MANIFEST}.part").mkdir()  # nothing can be written there
    with pytest.raises(OSError, match="directory"):
        write_manifest(tmp_path, {"whole": False})
    assert json.loads((tmp_path / MANIFEST).read_text()) == {"whole": True}
