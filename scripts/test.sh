#!/usr/bin/env bash
# Installs when needed, type-checks, lints and runs every test. Arguments go to vitest: ./scripts/test.sh test/turn
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/install.sh
install_packages --all
npx --no-install tsc --noEmit
npx --no-install eslint .
npx --no-install tsc -p tsconfig.build.json
exec npx --no-install vitest run "$@"
