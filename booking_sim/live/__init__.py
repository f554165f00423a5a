"""A surge while it runs: counted, shown as a bar, or as a view in a notebook with a button that stops it."""
