"""The embedded runner: engines from wheels, supervised, under one home directory."""
