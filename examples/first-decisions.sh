#!/bin/sh
# Sign-ins against a running Doorward, and what each comes to.
# usage: DOORWARD_KEY=dwk_… examples/first-decisions.sh [http://127.0.0.1:8080]
set -eu
url=${1:-http://127.0.0.1:8080}
: "${DOORWARD_KEY:?set DOORWARD_KEY to an API key}"
who="demo-$(date +%s)"
chrome='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
london=81.2.69.160
sydney=1.128.0.7

decide() { # address, device token as JSON, credential result
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
print("\n== " + sys.argv[1])
print("   %s by rule %s (%s)" % (answer["outcome"], policy["rule"], policy["reason"]))
print("   score %s, level %s, confidence %s, floors %s" % (risk["score"], risk["level"], risk["confidence"], risk["floors"]))
for each in risk["reasons"][:5]:
    print("   %+6.2f  %s" % (each["points"], each["detail"]))
unknown = [each["signal"] for each in answer["unknown"]]
print("   unknown: %d signals, %s …" % (len(unknown), ", ".join(unknown[:4])))
' "$1"
}

token_of() { python3 -c 'import json, sys; print(json.dumps((json.load(sys.stdin)["device"] or {}).get("token")))'; }

answer=$(decide "$london" null passed)
printf %s "$answer" | show "the first sign-in, from London"
token=$(printf %s "$answer" | token_of)

answer=$(decide "$london" "$token" passed)
printf %s "$answer" | show "the same device again"
token=$(printf %s "$answer" | token_of)

decide "$sydney" null passed | show "the same person from Sydney, moments later"

for _ in $(seq 20); do decide "$london" null failed >/dev/null; done
decide "$london" "$token" passed | show "twenty failures, then a success"

who="$who-b"
decide 203.0.113.9 null passed | show "somebody else, from an address that no database knows"
