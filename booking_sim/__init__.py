"""What happens to a booking database when everybody comes at once?"""

from booking_sim.scenario import Scenario
from booking_sim.surge import surge

__all__ = ["Scenario", "surge"]
