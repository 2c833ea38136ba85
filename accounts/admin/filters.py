"""Filters of lists that name rows."""

from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm


class OwnRowsForm(AutocompleteDropdownForm):
    """Names the chosen row only to who may see it: its id stands in the address, which anyone can write."""

    def __init__(self, request: HttpRequest, name: str, **kwargs: Any) -> None:
        super().__init__(request=request, name=name, **kwargs)
        site, chosen = kwargs["model_admin"].admin_site, self.fields[name]
        page: ModelAdmin[Any] = site.get_model_admin(kwargs["field"].remote_field.model)
        chosen.queryset = page.get_queryset(request)


class OwnRowsFilter(AutocompleteSelectFilter):
    """A select that searches as one types, among the rows that the person may see."""

    form_class = OwnRowsForm
