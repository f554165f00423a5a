"""What a run gives back: the result, its folder and manifest, and what CI asks of it."""
