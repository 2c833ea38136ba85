"""Checks of `check_telephony`: LiveKit, trunks, gateways, numbers, endpoints, agents, and the sweep."""

from telephony.doctor import agents, gateways, livekit, numbers, queues, rows, sweep
from voxa.core.doctor.registry import Group, register

register(Group.PROCESSES, sweep.look)
register(Group.PROCESSES, queues.look)
register(Group.LIVEKIT, livekit.look, asks_network=True)
register(Group.TRUNKS, rows.look_at_trunks)
register(Group.GATEWAYS, gateways.look, asks_network=True)
register(Group.NUMBERS, numbers.look)
register(Group.ENDPOINTS, rows.look_at_endpoints)
register(Group.AGENTS, agents.look)
