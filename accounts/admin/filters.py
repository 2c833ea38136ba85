"""List filters by related row."""

from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm


class OwnRowsForm(AutocompleteDropdownForm):
    """Shows the name of the selected row only to users who may see it: anyone can put an id into the URL."""

    def __init__(self, request: HttpRequest, name: str, **kwargs: Any) -> None:
        super().__init__(request=request, name=name, **kwargs)
        site, chosen = kwargs["model_admin"].admin_site, self.fields[name]
        page: ModelAdmin[Any] = site.get_model_admin(kwargs["field"].remote_field.model)
        chosen.queryset = page.get_queryset(request)


class OwnRowsFilter(AutocompleteSelectFilter):
    """An autocomplete filter among the rows that the user may see."""

    form_class = OwnRowsForm
