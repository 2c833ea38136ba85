"""`make bench`. Each number is a ratio to a floor measured in the same run. Options: `python -m tests.load --help`."""

import argparse
import os
import tempfile
from pathlib import Path

from tests.load.report import table
from tests.load.servers import database, livekit

PARTS = [
    "provisioning",
    "creating",
    "listing",
    "calls",
    "claiming",
    "latency",
    "webhooks",
    "agents",
    "requests",
    "dialer",
    "reconcile",
    "growth",
    "memory",
]
FEWEST_CALLS = 600_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Benchmarks against floors measured in the same run.")
    parser.add_argument("--trunks", type=int, default=500, help="trunks to provision (500)")
    parser.add_argument("--numbers", type=int, default=100_000, help="numbers to list from (100,000)")
    parser.add_argument("--calls", type=int, default=1_000_000, help="calls to list from (1,000,000)")
    parser.add_argument("--reconciled", type=int, default=3_000, help="trunks to reconcile (3,000)")
    parser.add_argument("--grown", type=int, default=100_000, help="most rows to send requests among (100,000)")
    parser.add_argument("--repeats", type=int, default=5, help="interleaved repeats, of which the median counts (5)")
    parser.add_argument("--only", choices=PARTS, help="one of them")
    options = parser.parse_args()
    if options.only in (None, "calls") and options.calls < FEWEST_CALLS:
        parser.error(f"--calls: at least {FEWEST_CALLS:,}, so that a page far into the rarest filter is full.")
    with (
        tempfile.TemporaryDirectory(prefix="voxa-bench-") as name,
        database(Path(name)) as url,
        livekit(Path(name)) as server,
    ):
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.load.settings",
            "DATABASE_URL": url,
            "LIVEKIT_URL": server.url,
            "LIVEKIT_API_KEY": server.key,
            "LIVEKIT_API_SECRET": server.secret,
        }
        import django

        django.setup()
        from django.core.management import call_command

        from tests.load import (
            agents,
            calls,
            claiming,
            creating,
            dialer,
            growth,
            latency,
            listing,
            memory,
            provisioning,
            reconciling,
            requests,
            webhooks,
        )

        if options.only != "memory":  # which has a database of its own
            call_command("migrate", verbosity=0)
        lines = []
        if options.only in (None, "provisioning"):
            lines += provisioning.measure(server, options.trunks, min(options.repeats, 3))
        if options.only in (None, "creating"):
            lines += creating.measure(options.repeats)
        if options.only in (None, "listing"):
            lines += listing.measure(options.numbers, options.repeats)
        if options.only in (None, "webhooks"):
            lines += webhooks.measure(options.repeats)
        if options.only in (None, "calls"):
            lines += calls.measure(options.calls, options.repeats)
        if options.only in (None, "latency"):
            lines += latency.measure()  # before claiming, which leaves calls queued
        if options.only in (None, "claiming"):
            lines += claiming.measure(options.repeats)
        if options.only in (None, "agents"):
            lines += agents.measure(server, Path(name), options.repeats)
        if options.only in (None, "requests"):
            lines += requests.measure(Path(name), options.repeats)
        if options.only in (None, "dialer"):
            lines += dialer.measure(Path(name), options.repeats)
        if options.only in (None, "reconcile"):
            lines += reconciling.measure(server, options.reconciled, min(options.repeats, 3))
        if options.only in (None, "growth"):
            lines += growth.measure(options.grown)
        if options.only in (None, "memory"):
            lines += memory.measure(Path(name), server)
        table(lines)


if __name__ == "__main__":
    main()
