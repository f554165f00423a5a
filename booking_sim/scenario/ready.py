"""The catalogue of ready scenarios: one TOML file each under data/scenarios, its first line says what it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from booking_sim.errors import SettingError
from booking_sim.resources import DATA
from booking_sim.scenario.scenario import Scenario
from booking_sim.validation import invalid, suggest

FOLDER = DATA / "scenarios"


class ScenarioCatalogue(dict[str, str]):
    """What scenarios are, by their names; a notebook shows them as a table."""


def catalogue() -> ScenarioCatalogue:
    """Find the ready scenarios.

    Returns:
        What each is, by its name.

    Example:
        Show them all, and run one:

            from booking_sim import scenarios, surge

            scenarios.catalogue()
            surge(scenarios.find("club_gig"))
    """
    paths = sorted(FOLDER.glob("*.toml"))
    return ScenarioCatalogue(
        (path.stem, path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")) for path in paths
    )


def find(name_or_path: str | Path) -> Scenario:
    """Return a ready scenario by its name, or one's own by the path of its file.

    Args:
        name_or_path: A name, such as ``club_gig``; or a path, which ends in ``.toml``.

    Returns:
        The scenario: to run as it is, or with some settings changed by `replace`.

    Raises:
        SettingError: There is no such name, or the file cannot be read, or what it
            says is invalid.
    """
    return Scenario.from_file(path_of(name_or_path))


def make_scenario(scenario: Scenario | str | Path | None, settings: Mapping[str, Any]) -> Scenario:
    """Make the scenario that a call asks for.

    Args:
        scenario: A scenario, the name of a ready one, or the path of a .toml file; None: the default one.
        settings: What to change in it, by name.

    Raises:
        SettingError: There is no such scenario, a name is unknown, or a value is invalid.
    """
    match scenario:
        case None:
            chosen = Scenario()
        case Scenario():
            chosen = scenario
        case str() | Path():
            chosen = find(scenario)
        case _:
            raise invalid("scenario", scenario, "a Scenario, the name of a ready one, or the path of a .toml file")
    return chosen.replace(**settings)


def path_of(name_or_path: str | Path) -> Path:
    """Return the file of a scenario.

    Raises:
        SettingError: It is neither the path of a TOML file nor the name of a ready scenario.
    """
    name = str(name_or_path)
    if name.endswith(".toml"):
        return Path(name)
    if name not in catalogue():
        raise SettingError(
            f"Scenario {name!r} is unknown, and not the path of a .toml file: {suggest(name, catalogue())}"
        )
    return FOLDER / f"{name}.toml"
