"""`doorward rules schema`: the JSON Schema of a policy, for editors."""

import json

import click

from doorward.policy.schema import schema as policy_schema


@click.command()
def schema() -> None:
    """Print a JSON Schema of the policy file.

    Editors that know YAML complete and check by it; docs/policy-language.md says how to name it in a file.
    """
    click.echo(json.dumps(policy_schema(), indent=2, ensure_ascii=False))
