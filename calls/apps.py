from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls import search_indexes
        from calls.metrics import of_today
        from calls.services.queued import CallQueue
        from telephony import call_metrics, queued_calls

        call_metrics.register(of_today)
        queued_calls.register(CallQueue())
        post_migrate.connect(search_indexes.create, sender=self)
