"""Tests of shared.worktime."""
