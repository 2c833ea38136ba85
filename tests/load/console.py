"""Every list of the admin and the home page among very many rows, as superuser and as owner: time and queries.

`python -m tests.live.postgres python -m tests.load.console`: on a PostgreSQL of its own, filled by SQL.
"""

import argparse
import os
from typing import Any

BUDGET_MS, BUDGET_QUERIES = 300, 12
REPEATS = 3  # of which the fastest counts: the machine may be busy
HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(description="Times of the admin's lists.")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--numbers", type=int, default=100_000)
    parser.add_argument("--trunks", type=int, default=100_000)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    measure(fill(options.calls, options.numbers, options.trunks))


def copied(row: Any, count: int, **changed: str) -> str:
    """Return SQL that copies a row so many times; `changed` has expressions of `n` by column."""
    table, columns = row._meta.db_table, [field.column for field in row._meta.concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    source = f"FROM {table} t, generate_series(1, {int(count)}) n WHERE t.{row._meta.pk.column} = %s"
    return f"INSERT INTO {table} ({names}) SELECT {values} {source}"  # of our own names


def fill(calls: int, numbers: int, trunks: int) -> list[Any]:
    """Fill one workspace; return its owner and a superuser."""
    from django.db import connection

    from accounts.models import Membership, User
    from accounts.services.workspaces import create_workspace
    from calls.models import Call
    from tests.calls.conftest import make_line
    from tests.load.report import say

    workspace = create_workspace("Large")
    line = make_line(workspace, "+12025550188")
    call = line.place()
    Call.objects.filter(pk=call.pk).update(status="completed", due_at=None)
    number = line.trunk.numbers.get()
    at = "now() - n * interval '1 minute'"
    statements = [
        (line.trunk, copied(line.trunk, trunks, id="md5('trunk' || n)::uuid", name="'Trunk ' || n", created_at=at)),
        (number, copied(number, numbers, id="md5('number' || n)::uuid", number="'+44' || (7000000000 + n)",
                        trunk_id=f"md5('trunk' || (mod(n, {trunks}) + 1))::uuid", created_at=at)),
        (call, copied(call, calls, id="md5('call' || n)::uuid", created_at=at, updated_at=at, queued_at=at,
                      to_number="'+1202' || (1000000 + mod(n, 8999999))", room_name="''")),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for row, statement in statements:
            cursor.execute(statement, [row.pk])
            say(f"{row._meta.verbose_name_plural} filled: {cursor.rowcount:,}")
        cursor.execute("VACUUM ANALYZE")
    owner = User.objects.create_user("owner@large.example", None, is_staff=True)
    Membership.objects.create(user=owner, workspace=workspace, role="owner")
    return [owner, User.objects.create_superuser("root@voxa.example", "a long password of root")]


def measure(people: list[Any]) -> None:
    """Print each page's fastest time and its queries, and what is over the budget."""
    from django.contrib import admin
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from tests.load.report import say, seconds

    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    pages = [reverse(f"admin:{name}_changelist") for name in names]
    pages += [reverse(name) for name in ("admin:index", "home_figures", "live_board", "live_rows", "health")]
    for person in people:
        client = Client(SERVER_NAME=HOST)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for page in pages:
            if client.get(page).status_code != 200:
                continue  # not for this person
            sent: list[str] = []
            with connection.execute_wrapper(lambda run, sql, *more: sent.append(sql) or run(sql, *more)):  # type: ignore[func-returns-value]  # noqa: B023
                client.get(page)
            best = min(seconds(lambda: client.get(page)) for _ in range(REPEATS)) * 1000  # noqa: B023
            over = "  OVER" if best > BUDGET_MS or len(sent) > BUDGET_QUERIES else ""
            say(f"{person.email:<20} {page:<46} {best:>7.0f} ms {len(sent):>3} queries{over}")


if __name__ == "__main__":
    main()
