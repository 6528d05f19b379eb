"""Golden files of what the outside world sees."""
