"""A small LiveKit for trying things out: no media, no SIP, no real call.

It speaks LiveKit's own protocol and follows the rules of a real livekit-server 1.13; tests/contract holds it to them.
Header mappings of trunks are stored unchecked.
"""
