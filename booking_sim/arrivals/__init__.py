"""When buyers come: profiles of expected arrivals, and the seeded schedules that are drawn from them."""

from booking_sim.arrivals.profile import Poisson, Profile, Sum
from booking_sim.arrivals.recorded import Counted, Recorded
from booking_sim.arrivals.schedule import Schedule
from booking_sim.arrivals.shapes import Burst, Constant, Ramp, Spike, Stages
from booking_sim.arrivals.text import parse_arrivals

__all__ = [
    "Burst",
    "Constant",
    "Counted",
    "Poisson",
    "Profile",
    "Ramp",
    "Recorded",
    "Schedule",
    "Spike",
    "Stages",
    "Sum",
    "parse_arrivals",
]
