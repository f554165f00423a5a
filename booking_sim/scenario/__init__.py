"""What to simulate: the settings, the kinds of buyers, and the ready scenarios."""
