#!/bin/sh
# Tells a help desk without an adapter of its incidents: hands over a secret that signs, makes a subscription by webhook,
# and sends a test. docs/ticketing-api.md says what is sent and how the receiver verifies it. The same with the program:
#   carillon secret set helpdesk, carillon subscriptions add helpdesk --url ... --secret helpdesk, subscriptions test helpdesk
#
#   CARILLON=https://carillon.company.example TOKEN=... RECEIVER=https://helpdesk.company.example/hook ./subscription.sh
set -eu
secret="whsec_$(openssl rand -base64 32)" # the receiver needs it too
call() { curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; }

call "$CARILLON/api/v1/secrets" -d "{\"name\": \"helpdesk\", \"value\": \"$secret\"}"
id=$(call "$CARILLON/api/v1/subscriptions" -H 'Idempotency-Key: example-helpdesk' -d '{
  "name": "example-helpdesk", "url": "'"$RECEIVER"'", "signing": [{"secret": "helpdesk"}],
  "events": ["incident.opened", "incident.updated", "incident.resolved"],
  "match": ["severity=~medium|high"]
}' | sed 's/.*"id":"\([^"]*\)".*/\1/')
call -X POST "$CARILLON/api/v1/subscriptions/$id/test" -d '{}'
