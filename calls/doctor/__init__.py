"""Checks of `check_telephony` for calls: dispatchers and agent workers, the queue, LiveKit events, recent failures."""

from calls.doctor import events, failures, queue, workers
from voxa.core.doctor.registry import Group, register

register(Group.PROCESSES, workers.look)
register(Group.CALLS, queue.look)
register(Group.CALLS, events.look)
register(Group.CALLS, failures.look)
