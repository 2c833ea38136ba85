"""The voice agent worker: a separate program that joins calls and talks.

From this project it only imports itself and `voxa.core.http`.
"""
