"""Test conversations with an agent."""
