"""`/v1/trunks`: AI agents with a SIP address for carriers. See docs/dialects/agent-trunks.md."""
