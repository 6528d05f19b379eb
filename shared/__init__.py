"""What every service shares: words, business time, the event book and the kit."""
