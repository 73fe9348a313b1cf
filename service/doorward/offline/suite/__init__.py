"""Rule tests: `*_test.yaml` beside a policy, judged by the code that serves. docs/rule-tests.md describes the file."""
