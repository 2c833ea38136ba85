"""Sign-in at an OpenID provider by django-allauth, for people whom Voxa knows or invited.

Allauth speaks the protocol. Who gets in, two-step, lockout and sessions are those of the password's sign-in.
"""

import logging
import time
from typing import Any, NoReturn, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login as begin_session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import never_cache
from requests import RequestException
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.login import verified_device
from accounts.models import User
from accounts.models.user import canonical_email
from accounts.services.invitations import accept, open_invitations
from accounts.services.two_step import has_two_step

logger = logging.getLogger(__name__)

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_PENDING = "openid"  # in the session: who still owes the code, where to go then, and since when
_PENDING_SECONDS = 300


class Provider(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The configured provider. Its ID token is required, and its signature checked."""

    def get_provider(self) -> Any:
        found = super().get_provider()
        found.oauth2_adapter_class = Provider  # for the way there too
        return found

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("The provider sent no ID token.")
        found = super().complete_login(request, app, token, **kwargs)
        data = found.account.extra_data
        if data["userinfo"].get("sub") != data["id_token"]["sub"]:
            raise OAuth2Error("The user info is another person's.")
        return found

    def _decode_id_token(self, app: Any, id_token: str) -> Any:
        config = self.openid_config
        return jwtkit.verify_and_decode(
            credential=id_token, keys_url=config["jwks_uri"], issuer=config["issuer"], audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )  # fmt: skip

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return f"{settings.API_PUBLIC_URL.rstrip('/')}{reverse('openid_callback')}"


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Send the person to the provider."""
    return _ask(request, OAuth2LoginView)


@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Sign in the person that the provider names."""
    return _ask(request, OAuth2CallbackView)


def _ask(request: HttpRequest, view: Any) -> HttpResponse:
    try:
        return cast(HttpResponse, view.adapter_view(Provider(request, "openid"))(request))
    except (RequestException, KeyError):  # no response, or a discovery document without the endpoints
        logger.exception("The OpenID provider at %s does not respond.", settings.OPENID_SERVER_URL)
        messages.error(request, f"{settings.OPENID_NAME} does not respond. Try again, or sign in with your password.")
        return HttpResponseRedirect(reverse("admin:login"))


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Ends allauth's part as soon as the provider named a person. Nothing of it is stored."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        addresses = [canonical_email(one.email) for one in sociallogin.email_addresses if one.verified]
        if not addresses:
            _refuse(request, "The provider has not verified your email address.")
        person = _person(addresses[0], sociallogin.user)
        if person is None or not person.is_active:
            _refuse(
                request, f"Nobody invited {addresses[0]}. Ask an owner or admin of the workspace for an invitation."
            )
        after = sociallogin.state.get("next") or ""
        raise ImmediateHttpResponse(_admit(request, person, after))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> NoReturn:
        _refuse(request, f"Sign-in with {settings.OPENID_NAME} failed. Try again.")


def _refuse(request: HttpRequest, words: str) -> NoReturn:
    messages.error(request, words)
    raise ImmediateHttpResponse(HttpResponseRedirect(reverse("admin:login")))


@transaction.atomic
def _person(email: str, named: Any) -> User | None:
    """Return the user of a verified address. Store a new one who is invited, or of an allowed domain."""
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    names = {"first_name": named.first_name[:150], "last_name": named.last_name[:150]}
    person = User(email=email, is_staff=True, **names)
    invited = open_invitations(person)
    if not invited and email.rpartition("@")[2] not in settings.OPENID_ALLOWED_DOMAINS:
        return None
    person.set_unusable_password()
    person.save(force_insert=True)
    for row in invited:
        accept(row, person)
    return person


def _admit(request: HttpRequest, person: User, after: str) -> HttpResponse:
    """Begin the session, after the code where the person has two-step sign-in on."""
    if not AxesProxyHandler.is_allowed(request, {"username": person.email}):
        return cast(HttpResponse, get_lockout_response(request, credentials={"username": person.email}))
    if has_two_step(person):
        request.session.cycle_key()
        request.session[_PENDING] = {"person": person.pk, "after": after, "at": time.time()}
        return HttpResponseRedirect(reverse("openid_code"))
    begin_session(request, person, backend=_BACKEND)
    return _onward(request, after)


def _onward(request: HttpRequest, after: str) -> HttpResponse:
    safe = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(after if safe else reverse("admin:index"))


class CodeForm(forms.Form):
    """The code of the person whom the provider named."""

    otp_token = forms.CharField(
        label="Sign-in code",
        help_text="From your authenticator app, or a recovery code.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, request: HttpRequest, person: User, *args: Any) -> None:
        super().__init__(*args)
        self.request, self.person = request, person

    def clean_otp_token(self) -> Any:
        device = verified_device(self.request, self.person, self.cleaned_data["otp_token"])
        if device is None:
            raise ValidationError("Sign in again.")  # two-step was turned off meanwhile
        return device


@method_decorator(never_cache, name="dispatch")
class CodeView(View):
    """Ask for the second step."""

    def get(self, request: HttpRequest) -> HttpResponse:
        person = self._person(request)
        return (
            self._page(request, CodeForm(request, person)) if person else HttpResponseRedirect(reverse("admin:login"))
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        person = self._person(request)
        if person is None:
            return HttpResponseRedirect(reverse("admin:login"))
        credentials = {"username": person.email}
        form = CodeForm(request, person, request.POST)
        if not AxesProxyHandler.is_allowed(request, credentials):
            return cast(HttpResponse, get_lockout_response(request, credentials=credentials))
        if not form.is_valid():
            if not AxesProxyHandler.is_allowed(request, credentials):
                return cast(HttpResponse, get_lockout_response(request, credentials=credentials))
            return self._page(request, form)
        after = request.session.pop(_PENDING)["after"]
        person.otp_device = form.cleaned_data["otp_token"]  # type: ignore[attr-defined]  # read by django-otp
        begin_session(request, person, backend=_BACKEND)
        return _onward(request, after)

    def _person(self, request: HttpRequest) -> User | None:
        pending = request.session.get(_PENDING)
        if not pending or pending["at"] < time.time() - _PENDING_SECONDS:
            return None
        return User.objects.filter(pk=pending["person"], is_active=True).first()

    def _page(self, request: HttpRequest, form: CodeForm) -> HttpResponse:
        context = {**admin.site.each_context(request), "title": "Sign-in code", "form": form}
        return TemplateResponse(request, "admin/openid_code.html", context)
