#!/usr/bin/env bash
# Mixed load with faults on a gateway of its own, and whether anything of it adds up: ./scripts/soak.sh [MINUTES]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
build
exec node --import ./test/support/typescript.mjs scripts/soak/soak.ts "$@"
