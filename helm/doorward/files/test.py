"""What `helm test` runs: ask a service whether it lives and is ready, and for a decision that has no effect."""

import json
import sys
import urllib.error
import urllib.request

SIGN_IN = {"kind": "login", "subject": {"id": "helm-test"}, "client": {}, "credential": {"result": "passed"}}


def ask(path, body=None, key=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(sys.argv[1] + path, data, headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        sys.exit(f"{path}: {refused.code} {refused.read(2000).decode(errors='replace')}")
    except OSError as wrong:
        sys.exit(f"{path}: {wrong}")


print("livez:", ask("/livez")["status"])
print("readyz:", ask("/readyz")["status"])
if len(sys.argv) > 2:
    with open(sys.argv[2]) as file:
        key = file.read().strip()
    decision = ask("/v1/policy/what-if", {"request": SIGN_IN}, key)
    print("decision:", decision["outcome"], "by", decision["policy"]["rule"])
else:
    print("decision: not asked for, since test.existingSecret names no key")
