"""The widget of the live view: HTML that changes, and a stop button."""

from pathlib import Path

import anywidget
import traitlets


class Panel(anywidget.AnyWidget):
    """Shows `html`; its button interrupts the kernel of that id."""

    _esm = Path(__file__).with_name("panel.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    kernel = traitlets.Unicode().tag(sync=True)
