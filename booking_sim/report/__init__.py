"""Scenarios and results as HTML: in a notebook, and as a page to send."""
