"""Names that the worker and the rest of Voxa share. Imports nothing."""

AGENT_NAME = "voxa-agent"  # by which LiveKit dispatches an agent worker
CONTROL = "voxa.control"  # topic of what people ask of the agent in a call
TESTER = "tester"  # the identity of who talks to an agent in a test conversation
