"""A desk with a million tickets: seeded once, kept, measured by every filter and order."""
