"""Sign-ins of people and attackers who do not exist: what models are trained and judged on; docs/world.md says how."""
