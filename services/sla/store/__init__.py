"""All SQL of sla, by what it is about."""
