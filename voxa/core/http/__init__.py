"""Requests to addresses that customers choose. Imports no Django: the voice worker uses it too."""
