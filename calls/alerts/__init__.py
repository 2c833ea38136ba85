"""Alerts: conditions of a workspace that somebody is notified of."""
