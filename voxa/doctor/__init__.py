"""`manage.py check_telephony`: problems, their location and remedies.

Each app registers its checks in a module `doctor`, which the command loads, as this one does for the
frame's own. One of them runs Django's system checks, which have no workspaces or time limits.
"""

from voxa.core.doctor import database
from voxa.core.doctor.registry import Group, register
from voxa.doctor import processes, settings

register(Group.SETTINGS, settings.look, needs_database=False)
register(Group.DATABASE, database.look, needs_database=False)
register(Group.PROCESSES, processes.look, needs_database=False, asks_network=True)
