"""Plots: frame -> Axes. They know of attempts and nothing of databases."""
