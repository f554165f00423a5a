"""A label and what it says, wrapped beside it."""

import click


def labelled(label: str, text: str) -> str:
    """Indent a label and wrap its text beside it, at 100 columns."""
    return click.wrap_text(text, width=100, initial_indent=f"  {label:<9} ", subsequent_indent=" " * 12)
