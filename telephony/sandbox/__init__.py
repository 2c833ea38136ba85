"""A small LiveKit server for trials: no media, no SIP, no real calls.

It speaks LiveKit's own protocol and follows the rules of a real livekit-server 1.13; tests/contract holds it to them.
Calls are played: the number called tells how they go (script.py). Nobody can connect to a room, so agent workers cannot
either: a stand-in joins where an agent is dispatched (agents.py). Header mappings of trunks are stored unchecked.
"""
