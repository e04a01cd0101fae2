#!/usr/bin/env bash
# Installs when needed, checks format, types and lint, builds and runs every test, as `npm test` does. Arguments go to
# vitest: ./scripts/test.sh test/turn. What this machine cannot run is named at the end; where CI is set it fails.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
alone install_python_clients &
clients=$!
PATH="$PWD/node_modules/.bin:$PATH"
{ tsc --noEmit && tsc -p web --noEmit; } &
types=$!
npm run --silent format:check
oxlint
wait "$types"
wait "$clients"
build
exec vitest run "$@"
