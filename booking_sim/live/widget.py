"""The widget of the live view: HTML that changes, and a stop button."""

from pathlib import Path
from typing import Any


def make_widget(html: str, kernel: str) -> Any:
    """Make a widget that shows `html`, also when it changes; its button interrupts the kernel of that id."""
    import anywidget  # noqa: PLC0415  only a notebook's environment has widgets
    import traitlets  # noqa: PLC0415

    class LiveWidget(anywidget.AnyWidget):
        _esm = Path(__file__).with_name("widget.js").read_text(encoding="utf-8")
        html = traitlets.Unicode().tag(sync=True)
        kernel = traitlets.Unicode().tag(sync=True)

    return LiveWidget(html=html, kernel=kernel)
