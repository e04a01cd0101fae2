#!/usr/bin/env bash
# Mixed load with faults on a gateway of its own, and whether anything of it adds up: ./scripts/soak.sh [MINUTES]
# Several machines and their broker, killed, frozen and cut off at random under load: ./scripts/soak.sh --brokered [SECONDS] [SEED]
# Remote clients and executors that connect, drop and return: ./scripts/soak.sh --remote [MINUTES]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
build
if [ "${1:-}" = --brokered ]; then
  shift
  install_nats_server
  exec node --import ./test/support/typescript.mjs scripts/soak/brokered/main.ts "$@"
fi
if [ "${1:-}" = --remote ]; then
  shift
  exec node --import ./test/support/typescript.mjs scripts/soak/remote.ts "$@"
fi
exec node --import ./test/support/typescript.mjs scripts/soak/soak.ts "$@"
