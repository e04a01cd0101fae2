#!/usr/bin/env bash
# Installs when needed, builds and runs every test, as `npm test` does, and checks format, lint and types meanwhile. Arguments
# go to vitest: ./scripts/test.sh test/turn. What this machine cannot run is named at the end; where CI is set it fails.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
built="$(mktemp -d)"
trap 'rm -rf "$built"' EXIT
install_nats_server "$built" & # takes longest, and needs no packages; installing these may delete an older one
nats=$!
holding scripts/install.sh install_python_clients &
python=$!
install_packages all
PATH="$PWD/node_modules/.bin:$PATH"
build

check() {
  renice -n 10 "$BASHPID" > /dev/null # the tests wait more than they work: this fills the gaps
  npm run --silent format:check && oxlint --type-check # as `npm run check`, in one reading of the types
}
checked="$(mktemp)"
check > "$checked" 2>&1 &
checks=$!
trap 'kill "$checks" 2> /dev/null || true; rm -rf "$checked" "$built"' EXIT
alone install_newest_clients
wait "$python" "$nats"
[ ! -x "$built/nats-server" ] || install -D "$built/nats-server" node_modules/.nats/nats-server
install_nats_server
status=0
vitest run "$@" || status=$?
wait "$checks" || { cat "$checked" >&2; status=1; }
exit "$status"
