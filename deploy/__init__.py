"""Ways to run the product: the embedded runner, and files for other platforms."""
