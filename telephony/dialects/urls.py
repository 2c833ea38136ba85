"""URLs of the enabled dialects. Each defines its paths from the root."""

from django.urls import include, path

from telephony.dialects import enabled

urlpatterns = [path("", include(f"telephony.dialects.{name}.urls")) for name in enabled()]
