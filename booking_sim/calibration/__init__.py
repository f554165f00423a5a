"""Calibration: short surges on a real server become a model of it."""
