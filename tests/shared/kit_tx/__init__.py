"""Tests of the transaction handle."""
