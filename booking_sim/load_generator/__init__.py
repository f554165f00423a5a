"""The load generator: runs a scenario against a real database. `run.surge` is its public function."""
