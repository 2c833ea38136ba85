"""Whether a number is on a workspace's do-not-call list."""

from collections.abc import Sequence
from typing import Any

from calls.do_not_call.erased_numbers import listed_as
from calls.models import Call, DoNotCall
from calls.services.gathering import gathered
from voxa.core.statements import Fixed, among


def expect(call: Call, callees: Sequence[str]) -> None:
    """Announce that a call of the group will be asked for: the list is read once for all that are announced."""
    work = gathered()
    if work is not None:
        work.numbers.setdefault(call.workspace_id, set()).update(_forms(call, callees))
        work.listed = None


def on_do_not_call(call: Call, callees: Sequence[str] = ()) -> bool:
    """Return whether the callee, or one of several possible callees, is on the workspace's do-not-call list."""
    work, forms = gathered(), _forms(call, callees)
    if work is None or not work.numbers.get(call.workspace_id, set()).issuperset(forms):
        return bool(_entries([call.workspace_id], forms))
    if work.listed is None:
        work.listed = set(_entries(list(work.numbers), list(set().union(*work.numbers.values()))))
    return any((call.workspace_id, form) in work.listed for form in forms)


def _forms(call: Call, callees: Sequence[str]) -> list[str]:
    return [form for number in callees or [call.to_number] for form in listed_as(number)]


_entries: Fixed[Any] = Fixed(
    lambda workspaces, forms: DoNotCall.objects.filter(
        among("workspace_id", workspaces), among("number", forms)
    ).values_list("workspace_id", "number"),
    list,
    list,
)
