#!/bin/sh
# From enrolling an app to a payment that was confirmed, step by step, with every answer in JSON.
# It starts `doorward sandbox` on a free port and ends it; with DOORWARD_URL it uses the sandbox that runs there.
# usage: examples/walkthrough.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-$here/../.venv/bin/python}
key=${DOORWARD_KEY:-sandbox}
url=${DOORWARD_URL:-}
who="walker-$$-$(date +%s)"
answers=$(mktemp -d)
server=
leave() { # end only the sandbox that was started here
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null && wait "$server" || true
  fi
  rm -rf "$answers"
}
trap leave EXIT
trap 'exit 130' INT TERM

if [ -z "$url" ]; then
  (cd "$here/.." && exec "$python" -m doorward sandbox --port 0) >"$answers/sandbox" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    url=$(sed -n 's/^Sandbox at \(http[^,]*\),.*/\1/p' "$answers/sandbox")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$answers/sandbox"; exit 1; }
    sleep 0.1
  done
fi
: "${url:?the sandbox did not start}"

# step HEADING METHOD PATH [BODY]: ask, and show the answer; it stays in $answers/last.
step() {
  printf '\n== %s\n   %s %s\n' "$1" "$2" "$3"
  curl -sS --max-time 20 -X "$2" "$url$3" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' ${4:+-d "$4"} >"$answers/last"
  "$python" -c '
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
for name, value in answer.items():  # a picture, a proof and all that is unknown are long
    if isinstance(value, str) and len(value) > 100:
        answer[name] = value[:40] + "…"
    elif name == "unknown":
        told = [each for each in value if each["signal"] == "session.assertion"]
        answer[name] = told + ["… %d more" % (len(value) - len(told))]
print(json.dumps(answer, indent=2, ensure_ascii=False))' "$answers/last"
}

# get PATH: a value of the last answer, such as challenge.id
get() {
  "$python" -c '
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for name in sys.argv[2].split("."):
    value = value.get(name) if isinstance(value, dict) else None
print("" if value is None else value)' "$answers/last" "$1"
}

# expect PATH VALUE: end with an error unless the last answer holds it
expect() {
  found=$(get "$1")
  [ "$found" = "$2" ] || { echo "!! expected $1 to be '$2', and found '$found'" >&2; exit 1; }
  printf '   -> %s is %s, as it should be\n' "$1" "$2"
}

# The app's code at the time of the sandbox, whose clock moves to the next code: each is good once.
clock() { curl -sS --max-time 20 -X PUT "$url/sandbox/clock" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$1"; }
next_code() {
  clock '{"advance_seconds": 30}' | "$python" -c '
import json, sys
from datetime import datetime
import pyotp
now = datetime.fromisoformat(json.load(sys.stdin)["now"].replace("Z", "+00:00"))
print(pyotp.TOTP(sys.argv[1]).at(now))' "$secret"
}

decide() { # action, more members of the body; the session is signed in by a password
  printf '{"kind": "action", "application": {"id": "web"}, "subject": {"id": "%s"}, "client": {}, "action": %s, "session": {"id": "%s", "amr": ["pwd"]%s}}' \
    "$who" "$1" "$2" "${3:-}"
}

# It begins a little in the past, so that by the last code it is about the real time again.
clock "$("$python" -c 'import time; print("{\"now\": \"%s\"}" % time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 120)))')" >/dev/null

step "A person binds an authenticator app; the seed is shown this once" \
  POST "/v1/subjects/$who/authenticators" '{"type": "totp", "label": "phone", "reason": "asked for in person"}'
expect status pending
secret=$(get secret)
app=$(get id)

step "The first code confirms it" \
  POST "/v1/subjects/$who/authenticators/$app/confirm" "{\"code\": \"$(next_code)\"}"
expect status active

step "A sensitive action in a session that only showed a password" \
  POST /v1/decisions "$(decide '{"name": "account.export"}' s-1)"
expect outcome challenge
challenge=$(get challenge.id)

code=$(next_code)
wrong=$(printf '%06d' $(((1${code} + 1) % 1000000)))
step "A wrong code costs one attempt" \
  POST "/v1/challenges/$challenge/verify" "{\"authenticator\": \"$app\", \"response\": {\"code\": \"$wrong\"}}"
expect error wrong_code
expect attempts_left 4

step "The right code passes, and gives a proof" \
  POST "/v1/challenges/$challenge/verify" "{\"authenticator\": \"$app\", \"response\": {\"code\": \"$code\"}}"
expect status passed
expect acr aal2
proof=$(get assertion)

printf '\n== The proof, checked by an application with the public keys (%s/.well-known/jwks.json)\n' "$url"
printf %s "$proof" | "$python" "$here/verify_proof.py" --url "$url" --application web --subject "$who" --aal 2
printf '\n== The same proof, shown to another application\n   '
if printf %s "$proof" | "$python" "$here/verify_proof.py" --url "$url" --application other --subject "$who" 2>&1; then
  echo "!! another application accepted it" >&2
  exit 1
fi

step "The action again: the session has its proof now" \
  POST /v1/decisions "$(decide '{"name": "account.export"}' s-1)"
expect outcome allow

step "Another session is challenged by itself" \
  POST /v1/decisions "$(decide '{"name": "account.export"}' s-2)"
expect outcome challenge
challenge=$(get challenge.id)
step "and the same code does not pass a second time" \
  POST "/v1/challenges/$challenge/verify" "{\"authenticator\": \"$app\", \"response\": {\"code\": \"$code\"}}"
expect error replayed_code

pay='{"name": "payments.transfer", "binding": {"amount": "950.00", "to": "DE02120300000000202051"}, "display": "Pay 950.00 EUR"}'
more='{"name": "payments.transfer", "binding": {"amount": "9500.00", "to": "DE02120300000000202051"}, "display": "Pay 9500.00 EUR"}'
step "A payment is confirmed by itself, for its amount" \
  POST /v1/decisions "$(decide "$pay" s-1)"
expect outcome challenge
challenge=$(get challenge.id)
step "The code for 950.00" \
  POST "/v1/challenges/$challenge/verify" "{\"authenticator\": \"$app\", \"response\": {\"code\": \"$(next_code)\"}}"
expect status passed
proof=$(get assertion)
handed=", \"assertion\": \"$proof\""

step "Its proof, handed back for ten times the amount, is worth nothing" \
  POST /v1/decisions "$(decide "$more" s-1 "$handed")"
expect outcome challenge
step "For the amount that was confirmed it is" \
  POST /v1/decisions "$(decide "$pay" s-1 "$handed")"
expect outcome allow
step "once" \
  POST /v1/decisions "$(decide "$pay" s-1 "$handed")"
expect outcome challenge
step "and it cannot be redeemed any more either" \
  POST /v1/assertions/redeem "{\"assertion\": \"$proof\"}"
expect detail 'the assertion is not accepted: it was used before'

printf '\nAll as it should be.\n'
