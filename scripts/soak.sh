#!/usr/bin/env bash
# Mixed load with faults on a gateway of its own, and whether anything of it adds up: ./scripts/soak.sh [MINUTES]
# Several machines and their broker, killed, frozen and cut off at random under load: ./scripts/soak.sh --brokered [SECONDS] [SEED]
# Remote clients and executors that connect, drop and return: ./scripts/soak.sh --remote [MINUTES]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
if [ "${1:-}" = --brokered ]; then
  shift
  check_node
  install_packages all
  install_nats_server
  run_program scripts/soak/brokered/main.ts "$@"
fi
if [ "${1:-}" = --remote ]; then
  shift
  run_program scripts/soak/remote.ts "$@"
fi
run_program scripts/soak/soak.ts "$@"
