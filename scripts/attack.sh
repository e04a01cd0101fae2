#!/usr/bin/env bash
# Attacks gateways of its own and prints for every case whether it HELD, with figures: ./scripts/attack.sh [--brief] [CASE...]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
run_program scripts/attack/main.ts "$@"
