"""What is saved before a run begins: so much that its folder can be read if the run never ends."""

import json
from pathlib import Path
from typing import Final

from booking_sim.errors import BookingSimError, SettingError
from booking_sim.result.folder import FORMAT, write_manifest
from booking_sim.result.manifest import Manifest
from booking_sim.result.result import RESULT_OF
from booking_sim.scenario.scenario import Scenario

UNFINISHED: Final = "the run did not end: its process was killed, is still at work, or had no space to write the end"
"""The problem of a result whose manifest was never completed."""

_ROOM: Final = 1 << 16
"""Bytes that are kept for the manifest of the end: also where the disk is full by then, it says what is missing."""


def check_can_save(scenario: Scenario) -> None:
    """Make sure that a scenario comes back from a manifest as it was.

    Raises:
        SettingError: It does not.
    """
    settings = scenario.to_dict()
    try:
        read = Scenario.from_settings(json.loads(json.dumps(settings, allow_nan=False))).to_dict()
    except (TypeError, ValueError, RecursionError, BookingSimError) as error:
        raise SettingError(f"This scenario cannot be saved with its result ({error}): change it.") from None
    changed = [name for name, value in settings.items() if read[name] != value]
    if changed:
        raise SettingError(
            f"This scenario cannot be saved with its result: {', '.join(changed)} would come back changed. Change it."
        )


def begin(folder: Path, scenario: Scenario, manifest: Manifest) -> None:
    """Write a manifest that says that the run did not end, to be replaced when it has.

    Args:
        folder: Reserved for the result.
        scenario: What is run.
        manifest: What is known of the run before it begins.

    Raises:
        OSError: It cannot be written.
    """
    about = {
        "result_of": RESULT_OF,
        "scenario": scenario.to_dict(),
        "audit": [],
        "proof": [],
        **manifest.with_problems([UNFINISHED]).to_dict(),
        "format": FORMAT,
        "finished": False,
        "files": {},
    }
    write_manifest(folder, about, _ROOM)
