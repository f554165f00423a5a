"""What runs inside a worker process. It imports neither pandas nor numpy, so that a process starts quickly."""
