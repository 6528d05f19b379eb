"""HTTP bodies of sla, by what they are about."""
