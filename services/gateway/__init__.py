"""Identity, directory, tokens and public status."""
