"""The tests, from pure rules to whole journeys."""
