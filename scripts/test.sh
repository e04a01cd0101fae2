#!/usr/bin/env bash
# Installs when needed, builds and runs every test, as `npm test` does, and checks format, lint and types meanwhile. Arguments
# go to vitest: ./scripts/test.sh test/turn. What this machine cannot run is named at the end; where CI is set it fails.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
alone install_newest_clients
alone install_python_clients &
clients=$!
install_nats_server &
nats=$!
PATH="$PWD/node_modules/.bin:$PATH"
build

check() {
  renice -n 10 "$BASHPID" > /dev/null # the tests wait more than they work: this fills the gaps
  npm run --silent format:check && oxlint && npm run --silent check
}
checked="$(mktemp)"
check > "$checked" 2>&1 &
checks=$!
trap 'kill "$checks" 2> /dev/null || true; rm -f "$checked"' EXIT
wait "$clients" "$nats"
status=0
vitest run "$@" || status=$?
wait "$checks" || { cat "$checked" >&2; status=1; }
exit "$status"
