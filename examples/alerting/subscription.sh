#!/bin/sh
# Tells a help desk without an adapter of its incidents: a secret that signs, and a subscription by webhook. Needs the
# address that takes them; see docs/ticketing-api.md for what is sent and how it is verified.
#   RECEIVER=https://helpdesk.company.example/hook ./subscription.sh
set -e
: "${RECEIVER:?the address that takes webhooks}"
printf 'whsec_%s' "$(openssl rand -base64 32)" | carillon secret set helpdesk
carillon subscriptions add helpdesk --url "$RECEIVER" --secret helpdesk \
  --event incident.opened incident.updated incident.resolved --match 'severity=~medium|high' "$@"
