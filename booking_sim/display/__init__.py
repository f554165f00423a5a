"""How results are shown as HTML."""
