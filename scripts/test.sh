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
[ $# -eq 0 ] || exec vitest run "$@"
alone_at_last=test/faults/gateway-killed.test.ts # any gateway that starts meanwhile would end what its dead ones leave
vitest run --exclude "$alone_at_last"
exec vitest run "$alone_at_last"
