"""The catalogue of ready scenarios: one TOML file each under data/scenarios, its first line says what it is."""

from pathlib import Path

from booking_sim.errors import BookingSimError
from booking_sim.resources import DATA
from booking_sim.scenario import Scenario

FOLDER = DATA / "scenarios"


def catalogue() -> dict[str, str]:
    """Return the ready scenarios: what each is, by its name."""
    paths = sorted(FOLDER.glob("*.toml"))
    return {path.stem: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for path in paths}


def find(name_or_path: str | Path) -> Scenario:
    """Return a ready scenario by its name, or one's own by the path of its file.

    Args:
        name_or_path: A name, such as ``club_gig``; or a path, which ends in ``.toml``.

    Raises:
        BookingSimError: There is no such name, or the file cannot be read, or what it says will not do.
    """
    return Scenario.from_file(path_of(name_or_path))


def path_of(name_or_path: str | Path) -> Path:
    """Return the file of a scenario.

    Raises:
        BookingSimError: It is no path of a TOML file, and no name of a ready scenario.
    """
    name = str(name_or_path)
    if name.endswith(".toml"):
        return Path(name)
    if name not in catalogue():
        raise BookingSimError(
            f"There is no scenario {name!r}: choose {', '.join(catalogue())}, or give the path of a .toml file."
        )
    return FOLDER / f"{name}.toml"
