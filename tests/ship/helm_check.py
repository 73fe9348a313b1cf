"""`make helm-check`: every way to deploy is linted, rendered, validated, and started here as the image would run it.

The tools come from requirements/chart.txt into a virtual environment of their own, whose folder is the argument, and
promtool from Debian's package. The table fails on a wrong row.
"""

import sys
import time
from pathlib import Path

from chart import Scenario, Tools, lint, scenarios, unpacked, valid, without_room_for_harm
from chart_alerts import alert_rows, delivered_wrong
from chart_choices import choice_rows
from chart_cluster import bad_for_a_cluster
from chart_image import leads_to_the_service, policies_of, runs_what_the_image_runs
from chart_page import people_are_met
from chart_refusals import REFUSALS, wrongly_rendered
from chart_running import rehearsed
from chart_upgrade import upgrade_row
from dockerfile import Stage, stages

Row = tuple[str, str, list[str]]


def scenario_rows(tools: Tools, scenario: Scenario, image: Stage) -> list[Row]:
    """Check what the chart makes of the values, then start it."""
    if scenario.refused:
        return [(f"values: {scenario.name}", "", [scenario.refused])]
    found = lint(tools, scenario) + valid(tools, scenario) + without_room_for_harm(scenario)
    found += runs_what_the_image_runs(scenario, image) + leads_to_the_service(scenario) + policies_of(scenario)
    found += delivered_wrong(tools, scenario) + bad_for_a_cluster(scenario) + people_are_met(scenario)
    seen, wrong = rehearsed(scenario, image)
    return [
        (f"values: {scenario.name}", f"{len(scenario.objects)} objects", found),
        (f"runs:   {scenario.name}", seen, wrong),
    ]


def dockerfile_row(tools: Tools) -> Row:
    done = tools.run("hadolint", "--no-color", "Dockerfile")
    return ("Dockerfile: hadolint", "", [] if done.returncode == 0 else [done.stdout + done.stderr])


def show(row: Row) -> None:
    name, what, found = row
    print(f"{name.ljust(50)}  {'wrong' if found else 'ok':5}  {what}".rstrip(), flush=True)
    print("".join(f"    {line.strip()}\n" for line in found), end="", flush=True)


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: helm_check.py FOLDER-OF-THE-TOOLS", file=sys.stderr)
        return 2
    begun, rows = time.monotonic(), list[Row]()
    tools, image = unpacked(Path(sys.argv[1]).absolute()), stages()[-1]

    def add(*more: Row) -> None:
        for row in more:
            show(row)
        rows.extend(more)

    for scenario in scenarios(tools):
        add(*scenario_rows(tools, scenario, image))
    for name, settings, reason in REFUSALS:
        add((f"refused: {name}", "", wrongly_rendered(tools, settings, reason)))
    add(*choice_rows(tools), upgrade_row(tools), *alert_rows(tools), dockerfile_row(tools))
    wrong = sum(bool(found) for _, _, found in rows)
    print(f"{len(rows)} checks, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
