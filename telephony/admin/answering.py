"""Form fields of business hours and fallbacks, for the pages of a number and of the telephony settings."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from voxa.core.business_hours import BadHours, canonical_holidays, canonical_hours

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FIELDSET = (
    _("When no agent can talk"),
    {
        "description": _(
            "Used outside the business hours, when no agent worker takes a call in time, and when the AI "
            "provider fails at the start. A number's own fallback is used before its workspace's."
        ),
        "fields": [
            "business_hours",
            "holidays",
            "fallback",
            "fallback_agent",
            ("fallback_to", "fallback_mode"),
            "fallback_message",
        ],
    },
)
CONDITIONAL = {
    "fallback_agent": "fallback == 'agent'",
    "fallback_to": "fallback == 'transfer'",
    "fallback_mode": "fallback == 'transfer'",
    "fallback_message": "['voicemail', 'hang_up'].includes(fallback)",
}


class WeekWidget(forms.MultiWidget):
    """A row for each weekday."""

    template_name = "admin/telephony/week.html"

    def __init__(self) -> None:
        super().__init__(
            [UnfoldAdminTextInputWidget(attrs={"placeholder": "Closed", "aria-label": day}) for day in DAYS]
        )

    def decompress(self, value: Any) -> list[str]:
        return _texts(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        forms_own = get_default_renderer()
        inputs = [forms_own.render(one["template_name"], {"widget": one}) for one in context["widget"]["subwidgets"]]
        context["rows"] = list(zip(DAYS, map(mark_safe, inputs), strict=True))
        return context

    def _render(self, template_name: str, context: Any, renderer: Any = None) -> SafeString:
        """Render a template of the project, which the renderer of forms does not know."""
        return render_to_string(template_name, context)


class WeekField(forms.MultiValueField):
    """Weekly hours: for each day spans such as 09:00-12:00, 13:00-17:30."""

    def __init__(self) -> None:
        super().__init__(
            [forms.CharField(required=False, max_length=200) for _ in DAYS],
            label=_("Business hours"),
            required=False,
            require_all_fields=False,
            widget=WeekWidget(),
            help_text=_(
                "In the workspace's time zone, such as 09:00-12:00, 13:00-17:30. 22:00-06:00 ends on the next "
                "day, 00:00-24:00 is the whole day. All rows empty: always open, for a number its workspace's hours."
            ),
        )

    def prepare_value(self, value: Any) -> Any:
        return _texts(value)

    def compress(self, data_list: Any) -> list[dict[str, Any]]:
        spans: list[dict[str, Any]] = []
        for day, text in enumerate(data_list or []):
            for part in filter(None, (one.strip() for one in (text or "").replace("\u2013", "-").split(","))):
                opens, _, closes = part.partition("-")
                span = {"day": day, "opens": opens.strip(), "closes": closes.strip()}
                try:
                    canonical_hours([span])
                except BadHours as error:
                    raise ValidationError(f"{DAYS[day]}, {part}: {error}", code="hours") from None
                spans.append(span)
        return [dict(span) for span in canonical_hours(spans)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _texts(initial) != [str(one or "").strip() for one in data or [""] * 7]


class DatesField(forms.CharField):
    """Dates, one per line."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Holidays"),
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": "2026-12-25"}),
            help_text=_("Closed days, one date per line. Empty for a number: its workspace's holidays."),
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        try:
            return canonical_holidays([line.strip() for line in (value or "").splitlines() if line.strip()])
        except BadHours as error:
            raise ValidationError(str(error), code="holidays") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


class AnsweringForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with business hours and a fallback."""

    business_hours = WeekField()
    holidays = DatesField()
    answering_labels: ClassVar[dict[str, str]] = {"fallback_agent": "Agent", "fallback_mode": "How"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.answering_labels.items():
            if name in self.fields:
                self.fields[name].label = label
        if "fallback_mode" in self.fields:
            self.fields["fallback_mode"].required = False  # the page hides it unless calls are transferred

    def clean_fallback_mode(self) -> str:
        mode: str = self.cleaned_data["fallback_mode"]
        return mode or self.instance.fallback_mode


def _texts(value: Any) -> list[str]:
    """Return the text of each day; texts stay as they are."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [", ".join(f"{one['opens']}-{one['closes']}" for one in value if one["day"] == day) for day in range(7)]
    return [str(one or "") for one in value] if isinstance(value, list) and len(value) == 7 else [""] * 7
