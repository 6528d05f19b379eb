"""The contract between services: every fact, its envelope and the event book."""
