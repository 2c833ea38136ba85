"""Names that the worker and the rest of Voxa share. Imports nothing."""

AGENT_NAME = "voxa-agent"  # by which LiveKit dispatches an agent worker
