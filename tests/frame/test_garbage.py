"""A process looks for no garbage while it starts, and does afterwards."""

import gc

import voxa
from voxa.apps import VoxaConfig


def test_garbage_is_looked_for_again_when_the_apps_are_loaded() -> None:
    try:
        config = VoxaConfig("voxa", voxa)
        assert not gc.isenabled()
        config.ready()
        assert gc.isenabled()
    finally:
        gc.enable()
