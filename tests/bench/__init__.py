"""`make bench`: our figures beside floors, the smallest programs that do the same work."""
