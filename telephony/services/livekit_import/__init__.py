"""Adopting trunks and rules that already stand in a LiveKit project into rows of a workspace."""
