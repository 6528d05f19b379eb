"""Ways out of the house: mail servers, the maildir twin, partners' endpoints."""
