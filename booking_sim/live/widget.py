"""The widget of the live view: HTML that changes, and a stop button."""

from pathlib import Path

import anywidget
import traitlets


class LiveWidget(anywidget.AnyWidget):
    """Shows `html`; its button interrupts the kernel of that id."""

    _esm = Path(__file__).with_name("widget.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.Unicode().tag(sync=True)
