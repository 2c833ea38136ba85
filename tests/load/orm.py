"""A bare Django view that writes the rows of a create with the ORM: what Django alone costs."""

import json
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.models import ApiKey
from telephony.models import Gateway, Trunk


def historical(row: Any) -> Model:
    """Return the history's row of a new row."""
    model = row.history.model
    values = {column.attname: getattr(row, column.attname) for column in model.tracked_fields}
    return model(history_date=timezone.now(), history_type="+", **values)  # type: ignore[no-any-return]


def insert(row: Model) -> None:
    """Insert one row, with no signal."""
    type(row)._base_manager.bulk_create([row])


def create_view(identifier: str) -> Any:
    """Return the view: it finds a key, writes a trunk, its gateway and the history of both, and checks nothing."""

    def view(request: HttpRequest) -> HttpResponse:
        body = json.loads(request.body)
        workspace = ApiKey.objects.select_related("workspace").get(identifier=identifier).workspace
        password = body["authPassword"]
        trunk = Trunk(
            workspace=workspace, name=body["name"], auth_username=body["authUsername"], auth_password=password
        )
        gateway = Gateway(trunk=trunk, ip_or_domain=body["gateways"][0]["ipOrDomain"], netmask=32)
        with transaction.atomic():
            insert(trunk)
            insert(historical(trunk))
            insert(gateway)
            insert(historical(gateway))
        return JsonResponse({"id": trunk.pk})

    return view
