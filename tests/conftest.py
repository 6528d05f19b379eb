"""What every test may ask for: real engines, and a service's context on a database of its own."""

pytest_plugins = ["tests.engines", "tests.contexts"]
