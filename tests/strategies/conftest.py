"""What tests of strategies share: a user's files."""

import pytest

from booking_sim.contract import stress
from booking_sim.strategies.files import FOLDER


@pytest.fixture
def shorter(monkeypatch):
    """Let everything go on at once for less than the second that a person's verification takes."""
    monkeypatch.setattr(stress, "SECONDS", 0.3)


@pytest.fixture
def own(tmp_path):
    """Write a user's strategy: the textbook's SQL, without its comment, and what the test adds; its path."""

    def write(more=""):
        lines = (FOLDER / "skip_locked.sql").read_text(encoding="utf-8").splitlines(keepends=True)
        path = tmp_path / "own.sql"
        path.write_text("".join(line for line in lines if not line.startswith("--")) + more, encoding="utf-8")
        return path

    return write
