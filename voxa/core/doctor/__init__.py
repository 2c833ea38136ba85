"""`manage.py check_telephony`: problems, their location and remedies. Apps register their checks here."""
