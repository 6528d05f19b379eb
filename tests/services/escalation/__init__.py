"""Tests of escalation: the ladder's rules, its consumers and its routes."""
