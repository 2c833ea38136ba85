"""The name by which the voice agent worker is started: `python -m calls.agent`. The program is `agents/worker`."""
