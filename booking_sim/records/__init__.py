"""What is written down of a run: attempts, holds and samples, and the frames that they become."""
