"""HTTP bodies of intake, one file per subject."""
