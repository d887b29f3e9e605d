"""`flask twin check`: test the deployment, and print how to mend each fault."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask import current_app

from .deployment_checks import run_checks


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def check(as_json: bool) -> None:
    """Try settings, persona, knowledge, budget, memory, desk, gaps, model and origins; exit with 1 if one is wrong."""
    findings = []
    for finding in run_checks(current_app.config):
        findings.append(finding)
        if not as_json:
            click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.check:9}  {finding.message}")
    ok = all(finding.ok for finding in findings)
    if as_json:
        report = {"ok": ok, "checks": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    raise SystemExit(0 if ok else 1)
