"""Outward I/O of the service: files, the gateway's people, intake's mails, stemmers."""
