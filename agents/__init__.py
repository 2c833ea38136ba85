"""Who speaks in a call. `worker` is the voice agent worker."""
