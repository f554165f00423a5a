"""Many surges of one scenario with some settings varied: sweeps, and the greatest arrival rate that is good enough."""
