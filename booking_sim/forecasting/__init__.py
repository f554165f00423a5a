"""A scenario on a model of the server: a surge's answers, for on-sales that no machine here can drive."""
