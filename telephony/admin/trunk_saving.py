"""Save the trunk page through the services that the API uses."""

from typing import Any

from telephony.admin.refusal import errors_in
from telephony.models import PhoneNumber, Trunk
from telephony.services import numbers, trunks
from telephony.services.gateways import FIELDS as GATEWAY_FIELDS

NUMBER_FIELDS = ("number", "agent", "transfer_trunk", "label")


def save_trunk(form: Any, gateways: Any, number_rows: Any) -> Trunk:
    """Save the page in the caller's transaction. Raise `ValidationError` or `Conflict` if a service refuses the trunk.

    What a service refuses of a number is an error of its row.
    """
    data = {name: form.cleaned_data[name] for name in trunks.FIELDS if name in form.cleaned_data}
    if form.instance._state.adding:
        data["gateways"] = gateway_list(gateways)
        trunk = trunks.create_trunk(form.cleaned_data["workspace"], data)
    else:
        credentials = form.changed_secret or "auth_username" in form.changed_data
        named = set(form.changed_data) | ({"auth_username", "auth_password"} if credentials else set())
        data = {name: value for name, value in data.items() if name in named}
        if gateways.has_changed():
            data["gateways"] = gateway_list(gateways)
        trunk = trunks.update_trunk(form.instance, data) if data else form.instance
    save_numbers(trunk, number_rows)
    return trunk


def gateway_list(formset: Any) -> list[dict[str, Any]]:
    """Return the gateways of the page by priority."""
    kept = [form.cleaned_data for form in formset.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [
        {name: row[name] for name in GATEWAY_FIELDS if name in row}
        for row in sorted(kept, key=lambda row: row.get("priority") or 0)
    ]


def save_numbers(trunk: Trunk, formset: Any) -> None:
    """Remove, then change, then add, so that a number may move from one row to another."""
    for form in formset.deleted_forms:
        if not form.instance._state.adding:
            numbers.remove_number(PhoneNumber.objects.get(pk=form.instance.pk))
    kept = [form for form in formset.forms if form not in formset.deleted_forms and form.has_changed()]
    for form in sorted(kept, key=lambda form: form.instance._state.adding):
        save_number(trunk, form)


def save_number(trunk: Trunk, form: Any) -> None:
    """Add or change one number."""
    values = {name: form.cleaned_data[name] for name in NUMBER_FIELDS}
    with errors_in(form):
        if form.instance._state.adding:
            numbers.add_number(trunk, **values)
        else:
            stored = PhoneNumber.objects.get(pk=form.instance.pk)
            numbers.update_number(stored, {name: values[name] for name in form.changed_data if name in values})
