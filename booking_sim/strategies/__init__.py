"""Ways to claim a ticket: those of the catalogue, and any file of the user's own."""

from booking_sim.strategies.files import FOLDER, FUNCTIONS, Strategy, StrategyCatalogue, catalogue, check_name, find

__all__ = ["FOLDER", "FUNCTIONS", "Strategy", "StrategyCatalogue", "catalogue", "check_name", "find"]
