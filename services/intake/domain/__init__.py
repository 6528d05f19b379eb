"""Pure rules and words of the service."""
