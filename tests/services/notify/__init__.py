"""Tests of notify: rules, composed mails, outgoing doors, consumers and routes."""
