#!/usr/bin/env bash
# Does all the set-up that is missing, and serves: ./scripts/serve.sh [HOST [PORT]] [--demo]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh

# .env with a token of its own, readable by nobody else. The token is never an argument: those show in ps.
make_env() {
  local line token
  [ ! -e .env ] || return 0
  umask 077
  token="$(node dist/main.js token)"
  while IFS= read -r line; do
    [ "$line" != CODEX_GATEWAY_TOKEN= ] || line+="$token"
    printf '%s\n' "$line"
  done < .env.example > .env.new
  mv .env.new .env
  echo "Made .env, with every setting and a token of your own." >&2
}

check_node
install_packages serving
build
[ -e .env ] || alone make_env
exec node dist/main.js serve "$@"
