"""Single values that people enter: one validation and one stored form for each kind.

Numbers are in `voxa.core.phone_numbers`, URLs in `voxa.core.http.urls`.
"""
