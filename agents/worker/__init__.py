"""The voice agent worker: a program of its own that joins calls and talks.

Of ours it imports itself and `voxa.core.http` alone.
"""
