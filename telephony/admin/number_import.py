"""The button that imports a carrier's numbers."""

from django.contrib import messages
from django.http import HttpRequest

from accounts.admin.access import access_of
from telephony.carriers.registry import CARRIER_APIS, CarrierError, carrier_api
from telephony.models import Trunk
from telephony.services.number_import import FAILURES, import_numbers, summary

NAMED = 10  # failed numbers that are listed one by one


def may_import(request: HttpRequest, trunk: Trunk) -> bool:
    """Return whether the user may import numbers. The carrier account is the operator's, so superusers only."""
    return access_of(request).superuser and trunk.carrier in CARRIER_APIS


def bring_in(request: HttpRequest, trunk: Trunk) -> None:
    """Fetch the carrier's numbers, attach new ones and report the result."""
    try:
        found = carrier_api(trunk.carrier).numbers()
    except CarrierError as error:
        messages.error(request, str(error))
        return
    lines = import_numbers(trunk, found)
    failed = [line for line in lines if line.result in FAILURES]
    messages.add_message(
        request, messages.WARNING if failed else messages.SUCCESS, f"Carrier numbers: {summary(lines)}."
    )
    for line in failed[:NAMED]:
        messages.error(request, f"{line.number}: {line.words}")
    if len(failed) > NAMED:
        messages.error(request, f"{len(failed) - NAMED} more failed. Run manage.py import_numbers to list all of them.")
