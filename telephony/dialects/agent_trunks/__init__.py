"""`/v1/trunks`: AI agents that a carrier reaches by SIP. See docs/dialects/agent-trunks.md."""
