"""Test conversations: somebody talks to an agent in the browser, without a carrier and without a call."""
