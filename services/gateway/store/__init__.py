"""All SQL of the gateway; names and addresses are sealed and opened here."""
