"""`manage.py check_telephony`: what is wrong, where, and what to do. Apps register their checks here."""
