"""Reads a result from its folder, or says in one line what is wrong with the folder."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.errors import ResultNotFound
from booking_sim.proof.rules import unchecked
from booking_sim.records import columns, holds, inventory, samples
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.catalogue import kept_results
from booking_sim.result.folder import ATTEMPTS, FORMAT, HOLDS, INVENTORY, MANIFEST, STREAM
from booking_sim.result.manifest import Manifest
from booking_sim.result.result import RESULT_OF, SurgeResult, no_audit
from booking_sim.result.saving import checksum, is_unchanged
from booking_sim.scenario.scenario import Scenario

T = TypeVar("T")


def load(folder: str | Path) -> SurgeResult:
    """Read a result that `SurgeResult.save` or `booking-sim surge` wrote.

    Args:
        folder: Its folder, such as "results/20261122T120000Z-surge".

    Returns:
        The result, as it was saved. If the run did not end, since its process was
        killed: what was on disk by then, marked as partial.

    Raises:
        ResultNotFound: The folder contains no result; or one that another version
            wrote, that is damaged, or that was changed.

    Example:
        Load a run again:

            from booking_sim import load

            load("results/20261122T120000Z-surge").overview()
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    try:
        about = Manifest.from_dict(manifest)
        scenario = Scenario.from_settings(manifest["scenario"])
        audit = pd.DataFrame(manifest["audit"]) if manifest["audit"] else no_audit()
        proof = pd.DataFrame(manifest["proof"]) if manifest["proof"] else unchecked()
        files = manifest["files"]
        read = {
            "holds": _file(folder, HOLDS, files, holds.read),
            "inventory": _file(folder, INVENTORY, files, inventory.read),
            **{name: _samples(folder, name, files) for name in samples.KEPT},
        }
        recorded = _attempts(folder, files)
    except KeyError as error:
        raise _unreadable(folder, f"{MANIFEST} has no key {error}") from None
    except (OSError, ValueError, TypeError, pa.ArrowException) as error:
        raise _unreadable(folder, _line(error)) from None
    return SurgeResult(scenario=scenario, attempts=recorded, audit=audit, proof=proof, manifest=about, **read)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        if inside := [result for result in kept_results(folder) if result.made_by == RESULT_OF]:
            raise ResultNotFound(
                f"'{folder}' is a folder of results: name one of them, such as the newest, '{inside[0].folder}'."
            ) from None
        raise _unreadable(folder, f"{MANIFEST}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise _unreadable(folder, f"{MANIFEST} is not JSON, or only half of it is there") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultNotFound(
            f"'{folder}' contains a result in the format of another version of booking_sim{_version(manifest)}: read it"
            " with that version, or run the surge again."
        )
    if manifest.get("finished", True) and not is_unchanged(manifest):
        raise _unreadable(folder, f"{MANIFEST} was changed after it was written")
    if "result_of" not in manifest:
        raise _unreadable(folder, "the run ended before its first call")
    if manifest["result_of"] != RESULT_OF:
        raise ResultNotFound(f"'{folder}' contains the result of a {manifest['result_of']}: name a folder of a surge.")
    return manifest


def _version(manifest: Any) -> str:
    """The version that wrote a manifest of any format, in brackets, if it says so."""
    versions = manifest.get("versions") if isinstance(manifest, dict) else None
    return f" ({versions['booking_sim']})" if isinstance(versions, dict) and "booking_sim" in versions else ""


def _attempts(folder: Path, files: Mapping[str, str]) -> RecordedAttempts:
    """From the Parquet file if it was finished, else from the stream; none if the run ended before it had either."""
    path, stream = folder / ATTEMPTS, folder / STREAM
    if ATTEMPTS not in files and stream.exists():
        next(columns.read_stream(stream))
        return RecordedAttempts(stream)
    if ATTEMPTS in files:
        _file(folder, ATTEMPTS, files, _check_attempts)
    elif path.exists():  # the process was killed between the end of this file and that of the manifest
        _check_attempts(path)
    else:
        raise ValueError(f"{ATTEMPTS} is missing")
    return RecordedAttempts(path)


def _check_attempts(path: Path) -> None:
    next(columns.read(path))


def _samples(folder: Path, name: str, files: Mapping[str, str]) -> pd.DataFrame | None:
    return _file(folder, f"{name}.parquet", files, lambda path: samples.read(name, path))


def _file(folder: Path, name: str, files: Mapping[str, str], read: Callable[[Path], T]) -> T | None:
    """Read a file that a manifest names, if nobody changed it; None if it was never written."""
    if name not in files:
        return None
    if not (folder / name).exists():
        raise ValueError(f"{name} is missing")
    if checksum(folder / name) != files[name]:
        raise ValueError(f"{name} was changed after it was written")
    return read(folder / name)


def _unreadable(folder: Path, reason: str) -> ResultNotFound:
    return ResultNotFound(
        f"'{folder}' contains no result that can be read ({reason}): name a folder that `save` or --out made."
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
