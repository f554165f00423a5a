"""Answers to a capacity planner's questions, from many forecasts of one scenario."""
