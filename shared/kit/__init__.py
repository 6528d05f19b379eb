"""The kit: transactions, facts, doors, sealing; no business word in it."""
