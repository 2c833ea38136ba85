"""`manage.py check_telephony`: what is wrong, where, and what to do.

Each app keeps its checks in a module `doctor`, which registers them when the command loads it, as this one does for the
frame's own. Django's system checks are asked by one of them: they know neither workspaces nor time limits.
"""

from voxa.core.doctor import database
from voxa.core.doctor.registry import Group, register
from voxa.doctor import processes, settings

register(Group.SETTINGS, settings.look, needs_database=False)
register(Group.DATABASE, database.look, needs_database=False)
register(Group.PROCESSES, processes.look, needs_database=False, asks_network=True)
