#!/usr/bin/env bash
# Makes pictures of the page's main states into a folder, to look at: ./scripts/screenshots.sh [FOLDER]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
exec node --import ./test/support/typescript.mjs scripts/screenshots/main.ts "$@"
