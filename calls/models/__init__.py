"""What happened: calls, their attempts and events."""
