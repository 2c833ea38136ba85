"""What agents can look up: files and pages read as text, cut into passages, and compared. No rows."""
