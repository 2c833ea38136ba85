from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        from calls import search_indexes
        from calls.metrics import of_today
        from calls.services.queued import CallQueue
        from calls.services.workers import speech_lacked
        from telephony import call_metrics, queued_calls, worker_speech

        call_metrics.register(of_today)
        queued_calls.register(CallQueue())
        worker_speech.register(speech_lacked)
        post_migrate.connect(search_indexes.create, sender=self)
