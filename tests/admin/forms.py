"""What a browser would send with a page's form."""

from typing import Any

from django.test import Client


def form_of(client: Client, url: str) -> dict[str, Any]:
    """Return the values of a page's form and inlines as they stand, ready to be changed and posted back."""
    context = client.get(url).context
    data = _values(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        data |= _values(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= _values(form)
    return {name: value for name, value in data.items() if value is not None}


def _values(form: Any) -> dict[str, Any]:
    return {bound.html_name: _plain(bound.value()) for bound in form}


def _plain(value: Any) -> Any:
    return ("on" if value else None) if isinstance(value, bool) else value


def new_row(prefix: str, place: int, **values: Any) -> dict[str, Any]:
    """Return one more row of an inline, and the count of them all."""
    return {f"{prefix}-TOTAL_FORMS": place + 1} | {f"{prefix}-{place}-{name}": value for name, value in values.items()}
