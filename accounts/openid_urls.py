"""URLs of the sign-in at an OpenID provider, where one is configured."""

from django.urls import path

from accounts import openid

urlpatterns = [
    path("login/", openid.login, name="openid_login"),
    path("callback/", openid.callback, name="openid_callback"),
    path("code/", openid.CodeView.as_view(), name="openid_code"),
]
