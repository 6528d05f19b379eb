"""What must hold whatever the product's own filters do."""
