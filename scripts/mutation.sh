#!/usr/bin/env bash
# Changes one place of the source at a time and looks whether a test fails: ./scripts/mutation.sh --help
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
exec node --import ./test/support/typescript.mjs scripts/mutation/main.ts "$@"
