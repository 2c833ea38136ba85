from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls.metrics import of_today
        from telephony import call_metrics

        call_metrics.register(of_today)
