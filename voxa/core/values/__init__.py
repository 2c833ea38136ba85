"""Single values that people enter: one check and one stored form for each kind, wherever it comes in.

Numbers are in `voxa.core.phone_numbers`, URLs in `voxa.core.http.urls`.
"""
