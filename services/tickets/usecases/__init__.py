"""The verbs of the service: each takes a transaction, asks the rules, writes and states facts."""
