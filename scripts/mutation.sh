#!/usr/bin/env bash
# Measures how many mutants of the source the tests kill: ./scripts/mutation.sh --help
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
exec node --import ./test/support/typescript.mjs scripts/mutation/main.ts "$@"
