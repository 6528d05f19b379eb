"""The bus of the kit on real engines."""
