"""The voice agent worker: a program of its own that joins calls and talks. It imports nothing of ours but itself."""
