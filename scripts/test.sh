#!/usr/bin/env bash
# Installs when needed, type-checks, lints, builds and runs every test. Arguments go to vitest: ./scripts/test.sh test/turn
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
alone install_python_clients
PATH="$PWD/node_modules/.bin:$PATH"
tsc --noEmit &
eslint .
wait $!
build
exec vitest run "$@"
