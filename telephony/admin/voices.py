"""The voices to choose from on an agent's page. Any other id may be typed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.access import access_of
from accounts.admin.scoping import is_uuid
from accounts.choices import Role
from agents.choices import TtsProvider
from telephony.models import ProviderKey
from telephony.services.voices import voices
from telephony.worker_speech import lacking
from voxa.core.errors import ServiceError

_NAME = "telephony_agent_voices"


class VoiceInput(UnfoldAdminTextInputWidget):
    """A text field that proposes the voices of the chosen key for speech synthesis."""

    def __init__(self) -> None:
        super().__init__(attrs={"list": "vx-voices"})

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        choice = render_to_string("admin/telephony/agent/voice_choice.html", {"url": reverse(f"admin:{_NAME}")})
        return format_html("{}{}", super().render(*args, **kwargs), choice)


class VoicesMixin:
    """A mixin for the admin of agents. It goes before `ScopedAdmin`."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.voices_view)
        return [path("voices/", view, name=_NAME), *super().get_urls()]  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show which packages for the agent's speech no worker has."""
        agent = kwargs.get("obj")
        context["speech_lacking"] = lacking(agent) if agent else []
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]
        return answer

    def voices_view(self, request: HttpRequest) -> HttpResponse:
        """Return the voices of a key that the user may use, or why there are none."""
        asked, access = request.GET.get("tts_key", ""), access_of(request)
        keys = ProviderKey.objects.filter(provider__in=TtsProvider.values).select_related("workspace")
        if not access.superuser:
            keys = keys.filter(workspace__in=access.workspaces(Role.ADMIN))
        key = keys.filter(pk=asked).first() if is_uuid(asked) else None
        context: dict[str, Any] = {"key": key}
        if key is not None and key.vendor.voices is None:
            context["failure"] = gettext("%(key)s has no list of voices.") % {"key": key}
        elif key is not None:
            try:
                context["voices"] = voices(key.workspace, key.provider, key.pk)
            except ServiceError as error:
                context["failure"] = error.message
        return TemplateResponse(request, "admin/telephony/agent/voices.html", context)
