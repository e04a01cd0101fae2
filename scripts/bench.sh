#!/usr/bin/env bash
# Measures what the gateway costs, beside what codex itself costs: ./scripts/bench.sh --help
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
install_nats_server
build
exec node --import ./test/support/typescript.mjs scripts/bench/main.ts "$@"
