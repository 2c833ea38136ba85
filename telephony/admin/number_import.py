"""The button that brings a carrier's numbers in."""

from django.contrib import messages
from django.http import HttpRequest

from accounts.admin.access import access_of
from telephony.carrier_apis import CARRIER_APIS, CarrierError, carrier_api
from telephony.models import Trunk
from telephony.services.number_import import FAILURES, import_numbers, summary

NAMED = 10  # numbers that could not be brought in, each with a line of its own


def may_import(request: HttpRequest, trunk: Trunk) -> bool:
    """Return whether the person may bring numbers in: the carrier's account is the operator's, so superusers alone."""
    return access_of(request).superuser and trunk.carrier in CARRIER_APIS


def bring_in(request: HttpRequest, trunk: Trunk) -> None:
    """Ask the carrier, attach what is new, and tell what became of it."""
    try:
        found = carrier_api(trunk.carrier).numbers()
    except CarrierError as error:
        messages.error(request, str(error))
        return
    lines = import_numbers(trunk, found)
    failed = [line for line in lines if line.result in FAILURES]
    messages.add_message(
        request, messages.WARNING if failed else messages.SUCCESS, f"Numbers of the carrier: {summary(lines)}."
    )
    for line in failed[:NAMED]:
        messages.error(request, f"{line.number}: {line.words}")
    if len(failed) > NAMED:
        messages.error(request, f"And {len(failed) - NAMED} more: manage.py import_numbers tells of each.")
