"""A label and what it says, wrapped beside it."""

import click


def labelled(label: str, text: str, width: int = 9) -> str:
    """Indent a label and wrap its text beside it, at 100 columns; labels have a width in common."""
    first = f"  {label:<{width}} "
    return click.wrap_text(text, width=100, initial_indent=first, subsequent_indent=" " * len(first))
