#!/bin/sh
# Six sign-ins against a running Doorward, and what each comes to.
# usage: DOORWARD_KEY=dwk_… examples/first-decisions.sh [http://127.0.0.1:8080]
set -eu
url=${1:-http://127.0.0.1:8080}
: "${DOORWARD_KEY:?set DOORWARD_KEY to an API key}"
who="demo-$(date +%s)"
chrome='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
london=81.2.69.160
sydney=1.128.0.7

decide() { # address, device token in JSON, credential result
  curl -sS "$url/v1/decisions" -H "Authorization: Bearer $DOORWARD_KEY" -H 'Content-Type: application/json' -d "{
    \"kind\": \"login\", \"subject\": {\"id\": \"$who\"},
    \"client\": {\"ip\": \"$1\", \"user_agent\": \"$chrome\", \"device_token\": $2},
    \"credential\": {\"result\": \"$3\"}}"
}
show() { # heading; the answer on standard input
  python3 -c '
import json, sys
answer = json.load(sys.stdin)
risk, policy = answer["risk"], answer["policy"]
print(f"\n== {sys.argv[1]}")
outcome, rule = answer["outcome"], policy["rule"]
print("   %s by rule %s; score %s, level %s; learning %s" % (outcome, rule, risk["score"], risk["level"], answer["learning"]))
for each in risk["reasons"][:4]:
    print("   %+.2f  %s" % (each["points"], each["detail"]))
if answer["unknown"]:
    print("   unknown: " + ", ".join(each["signal"] for each in answer["unknown"][:6]) + (" …" if len(answer["unknown"]) > 6 else ""))
' "$1"
}
token_of() { python3 -c 'import json, sys; print(json.dumps((json.load(sys.stdin)["device"] or {}).get("token")))'; }

answer=$(decide "$london" null passed)
printf %s "$answer" | show "the first sign-in"
token=$(printf %s "$answer" | token_of)

decide "$london" "$token" passed | show "the same device again"
decide "$sydney" null passed | show "another continent, moments later"

for _ in $(seq 20); do decide "$london" null failed >/dev/null; done
decide "$london" null passed | show "twenty failures, then a success"

who="$who-b"
decide 203.0.113.9 null passed | show "an address that no database knows"
decide 10.1.2.3 null passed | show "a private address"
