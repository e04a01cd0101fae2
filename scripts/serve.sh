#!/usr/bin/env bash
# Installs and builds what is missing, then serves: ./scripts/serve.sh [HOST [PORT]] [--demo]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh

# Creates .env with a new token, readable by its owner only. The token is never an argument: those show in ps.
# Codex gets a workspace of its own there: its commands have no business in this folder, which holds the gateway.
create_env() {
  local line token workspace='~/.codex-gateway/workspace'
  [ ! -e .env ] || return 0
  umask 077
  token="$(node dist/main.js token)"
  mkdir -p ~/.codex-gateway/workspace
  while IFS= read -r line; do
    case "$line" in
      CODEX_GATEWAY_TOKEN=) line+="$token" ;;
      CODEX_WORKSPACE=.) line="CODEX_WORKSPACE=$workspace" ;;
    esac
    printf '%s\n' "$line"
  done < .env.example > .env.new
  mv .env.new .env
  echo "Created .env with all settings and a new token." >&2
  echo "Codex works in $workspace; to use a project of yours, change CODEX_WORKSPACE in .env." >&2
}

check_node
install_packages serving
build
[ -e .env ] || alone create_env
ulimit -c 0 # a core dump would hold keys and prompts
exec node dist/main.js serve "$@"
