"""Fixtures that every room may use."""

import hypothesis

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("untimed")

pytest_plugins = ["tests.live.fixtures", "tests.sandbox"]
