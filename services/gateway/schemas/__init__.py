"""HTTP bodies of the gateway, in and out."""
