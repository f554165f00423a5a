"""Files of recorded arrivals: what monitoring systems and load generators export, read exactly or refused."""
