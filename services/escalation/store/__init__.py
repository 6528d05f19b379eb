"""All SQL of escalation, by what it is about."""
