"""Adopt existing LiveKit trunks and rules as rows of a workspace."""
