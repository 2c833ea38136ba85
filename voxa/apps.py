"""The Django app of `voxa`: its commands and system checks."""

import gc
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import class_prepared

from voxa.celery import make_broker_folders  # loads Celery's application, to which shared tasks belong
from voxa.core.translated_models import translate

class_prepared.connect(translate)  # before any model is loaded


class VoxaConfig(AppConfig):
    """Creates the folders for SQLite and the embedded broker.

    No garbage is looked for while the apps load: a fifth of a start would go into finding none.
    """

    name = "voxa"

    def __init__(self, *args: Any) -> None:
        gc.disable()
        super().__init__(*args)

    def ready(self) -> None:
        from voxa import checks, checks_deploy  # noqa: F401  (registers the checks)

        if settings.EMBEDDED_DATABASE:
            settings.VAR_DIR.mkdir(mode=0o700, exist_ok=True)
        make_broker_folders()
        gc.freeze()
        gc.enable()
