"""The whole stack, driven through its real doors as its users drive it."""
