"""Everything that is told to somebody: mail, webhooks, in-app notices."""
