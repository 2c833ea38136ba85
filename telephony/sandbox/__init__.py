"""A small LiveKit for trying things out: no media, no SIP, no real call.

It speaks LiveKit's own protocol and follows the rules of a real livekit-server 1.13; tests/contract holds it to them.
Calls are played: the number called tells how they go (script.py). Nobody can connect to a room, so agent workers cannot
either: a stand-in joins where an agent is dispatched (agents.py). Header mappings of trunks are stored unchecked.
"""
