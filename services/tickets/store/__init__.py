"""All SQL of the service; rows become domain values here, and visibility is decided here."""
