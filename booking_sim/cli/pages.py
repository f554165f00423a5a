"""Writes an HTML page for a command."""

from pathlib import Path

from booking_sim.errors import BookingSimError


def write_page(path: Path, text: str) -> None:
    """Write a page to a file.

    Raises:
        BookingSimError: It cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BookingSimError(f"Cannot write to '{path}' ({error.strerror}): name a file that you can write.") from None
