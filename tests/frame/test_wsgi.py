"""The web server starts without being told which settings to use."""

import os
import subprocess
import sys

from tests.live.databases import CHECKOUT


def test_wsgi_names_the_settings_itself() -> None:
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"SECRET_KEY": "s" * 50, "VOXA_READ_DOTENV": "0", "DEBUG": "1"}
    command = [sys.executable, "-c", "import voxa.wsgi; print(callable(voxa.wsgi.application))"]
    done = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
