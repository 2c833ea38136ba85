"""URLs of the dialects that are switched on. Each names its own paths from the root."""

from django.urls import include, path

from telephony.dialects import enabled

urlpatterns = [path("", include(f"telephony.dialects.{name}.urls")) for name in enabled()]
