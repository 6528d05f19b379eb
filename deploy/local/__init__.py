"""The embedded runner: engines, services and edge on one machine, under one supervisor."""
