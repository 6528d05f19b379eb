"""`sanad policy`: calendars, policies and contracts kept as a file beside the running desk."""
