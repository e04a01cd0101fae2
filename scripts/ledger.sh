#!/usr/bin/env bash
# Proves that the ledger loses and invents nothing: two processes on one store are killed again and again while they account for
# turns that are cancelled, fail, compact and have sub-agents. Then what it costs, and how fast it is with a million turns.
#   scripts/ledger.sh [--turns 10000] [--million]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec node --import ./test/support/typescript.mjs scripts/ledger/main.ts "$@"
