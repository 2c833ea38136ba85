from django.apps import AppConfig
from django.contrib import admin
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from accounts import signals  # noqa: F401

        autodiscover_modules("webhook_events")
        for model in [model for model in admin.site._registry if model.__module__.startswith("allauth.")]:
            admin.site.unregister(model)  # nothing is stored there
