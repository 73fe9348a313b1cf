"""The HTTP layer: strict JSON in, problem documents out, one declaration for each operation."""
