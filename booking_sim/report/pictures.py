"""Charts as part of a page: nothing beside the page has to be found or sent along."""

import base64
import io

from matplotlib.figure import Figure


def data_uri(figure: Figure, dpi: int = 150) -> str:
    """Draw a figure into a URI that holds all of it."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi)
    return f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
