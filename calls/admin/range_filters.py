"""Filters of the call list by duration, cost and words."""

from abc import abstractmethod
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeNumericListFilter, TextFilter

from accounts.admin.access import access_of
from accounts.admin.scoping import NULL
from calls.choices import Direction
from calls.models import Call
from calls.selectors import with_words
from telephony.admin.counting import own
from telephony.models import TelephonySettings

PRICES = 50  # different prices per minute that a cost is looked for at
LONGEST = 1_000_000  # seconds; more than any call
MOST = 1_000_000_000  # any amount; longer numbers overflow


class _RangeFilter(RangeNumericListFilter):
    """Numbers from and to, both included. What is no number finds nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        given = [self.used_parameters.get(f"{self.parameter_name}_{side}") for side in ("from", "to")]
        if not any(given):
            return queryset
        try:
            low, high = (
                Decimal(str(text or default).replace(",", "."))
                for text, default in zip(given, (0, LONGEST), strict=True)
            )
        except InvalidOperation:
            return queryset.none()
        if not (low.is_finite() and high.is_finite()):
            return queryset.none()
        low, high = (min(max(amount, Decimal(-1)), Decimal(MOST)) for amount in (low, high))
        return self.within(request, queryset, low, high)

    @abstractmethod
    def within(self, request: HttpRequest, queryset: QuerySet[Call], low: Decimal, high: Decimal) -> QuerySet[Call]:
        """Return the calls within the limits."""


class DurationFilter(_RangeFilter):
    """Filters by talk time in seconds."""

    title = _("talk time in seconds")
    parameter_name = "duration"

    def within(self, request: HttpRequest, queryset: QuerySet[Call], low: Decimal, high: Decimal) -> QuerySet[Call]:
        return queryset.filter(_lasting(low, high))


class CostFilter(_RangeFilter):
    """Filters outbound calls by the cost of their talk time, at the present price of their workspace."""

    title = _("cost")
    parameter_name = "cost"

    def within(self, request: HttpRequest, queryset: QuerySet[Call], low: Decimal, high: Decimal) -> QuerySet[Call]:
        priced = own(TelephonySettings.objects.filter(price_per_minute__gt=0), access_of(request)).order_by()
        found = Q(pk__in=[])
        for price in priced.values_list("price_per_minute", flat=True).distinct()[:PRICES]:
            at_price = priced.filter(price_per_minute=price).values("workspace")
            found |= Q(_lasting(low * 60 / price, high * 60 / price), workspace__in=at_price)
        return queryset.filter(found, direction=Direction.OUTBOUND)


class WordsFilter(TextFilter):
    """Filters by what was said, in the transcript."""

    title = _("text in the transcript")
    parameter_name = "said"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        text = (self.value() or "").strip()
        if NULL in text:
            return queryset.none()
        return with_words(queryset, text) if text else queryset


def _lasting(low: Decimal, high: Decimal) -> Q:
    """Return the filter for whole seconds of talk; rounding to them is what makes a cost of cents findable."""
    least = min(int(low.to_integral_value(ROUND_CEILING)), LONGEST)
    most = min(int(high.to_integral_value(ROUND_FLOOR)), LONGEST)
    return Q(duration_seconds__gte=least, duration_seconds__lte=most)
