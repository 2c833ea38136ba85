"""The voice agent worker: a separate program that joins calls and talks.

From this project it only imports itself, `agents.names`, `agents.variables` and `voxa.core.http`.
"""
