"""Update an installation and set up an empty one, before `make run` serves."""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.choices import Role, Scope
from accounts.models import Membership, User, Workspace
from accounts.services.keys import create_api_key
from accounts.services.workspaces import create_workspace
from telephony.services.demo import create_demo_line

ADMIN_EMAIL = "admin@example.com"

FIRST_TIME = """
  Voxa is set up. These two secrets are shown only once:

    admin page   {url}/admin/
    email        {email}
    password     {password}
    API key      {key}

{demo}
  New password: manage.py changepassword {email}
  New API key:  manage.py create_api_key {slug} --name NAME --scope workspace:admin

"""
DEMO = """
  The sandbox has a demo number for calls (README.md, "A call"):

    number       {number}
    agent        {agent}
"""
LATER = "The admin user and API key exist already. Use `manage.py changepassword` and `create_api_key` for new secrets."


def static_files_are_current(manifest: Path) -> bool:
    """Return whether the collected files are newer than their sources and the installed packages."""
    if not manifest.exists():
        return False
    collected = manifest.stat().st_mtime
    sources = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    return all(path.stat().st_mtime <= collected for path in [*sources, settings.BASE_DIR / "requirements.txt"])


def make_first_rows() -> dict[str, str] | None:
    """Create an admin user, a demo workspace and a key in an installation without users. Return their secrets.

    On the sandbox the workspace gets a demo number; a real LiveKit is not changed.
    """
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = secrets.token_urlsafe(12)
        user = User.objects.create_superuser(ADMIN_EMAIL, password)
        workspace = Workspace.objects.filter(slug="demo").first() or create_workspace("Demo", slug="demo")
        Membership.objects.create(user=user, workspace=workspace, role=Role.OWNER)
        _, key = create_api_key(workspace, "First key", [Scope.WORKSPACE_ADMIN], created_by=user)
        line = create_demo_line(workspace) if settings.LIVEKIT_IS_SANDBOX else None
    demo = DEMO.format(number=line.number, agent=line.agent_id) if line else ""
    return {"email": user.email, "password": password, "slug": workspace.slug, "key": key, "demo": demo}


class Command(BaseCommand):
    """Safe to repeat: creates only what is missing."""

    help = "Migrate, collect static files, and create a first user, workspace and key if there is no user."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if not static_files_are_current(Path(settings.STATIC_ROOT) / "staticfiles.json"):
            call_command("collectstatic", interactive=False, verbosity=0)
        made = make_first_rows()
        self.stdout.write(FIRST_TIME.format(url=settings.API_PUBLIC_URL, **made) if made else LATER)
