"""Pure rules of inbound mail: from bytes to a decision, without I/O."""
