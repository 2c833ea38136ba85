"""The German catalogue has every text of the admin, with the placeholders of the English one, and is compiled."""

import re

from django.forms import BaseForm
from django.urls import get_resolver

from tests.catalogue import MO, collected, compiled, written
from voxa.core.translated_models import APPS

PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?[a-z]+[^>]*>|\b(?:COUNT|CODE)\b")


def test_every_text_is_in_it_and_no_other() -> None:
    known, used = ({(entry.id, entry.context) for entry in catalog if entry.id} for catalog in (written(), collected()))
    assert used - known == set(), "make messages adds them"
    assert known - used == set(), "make messages drops them"


def test_every_entry_is_translated_with_its_placeholders() -> None:
    for entry in written():
        if not entry.id:
            continue
        english = [entry.id] if isinstance(entry.id, str) else [*entry.id]
        german = [entry.string] if isinstance(entry.string, str) else [*(entry.string or ())]
        assert len(german) == len(english)
        assert all(german), entry.id
        assert not entry.fuzzy, entry.id
        for one, other in zip(english, german, strict=True):
            assert sorted(PLACEHOLDERS.findall(one)) == sorted(PLACEHOLDERS.findall(other)), one
            assert [one[:1].isspace(), one[-1:].isspace()] == [other[:1].isspace(), other[-1:].isspace()], one


def test_it_is_compiled() -> None:
    assert MO.read_bytes() == compiled(written()), "make messages compiles it"


def test_every_field_of_a_form_names_its_label() -> None:
    """Django would make it of the field's name, in English. The sign-in form labels its field as it is made."""
    get_resolver().url_patterns  # noqa: B018  # loads every form
    forms = [*BaseForm.__subclasses__()]
    for form in forms:
        forms += form.__subclasses__()
    assert {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in forms
        if form.__module__.split(".")[0] in APPS
        for name, field in getattr(form, "declared_fields", {}).items()
        if field.label is None and not field.widget.is_hidden
    } == {"accounts.login.LoginForm.username"}
