#!/usr/bin/env bash
# Kills gateways, or the codex of one, at random moments while sessions of the Agents API run commands and wait for functions, and counts
# what is done twice, lost or left: ./scripts/agent-kills.sh [app-server] [KILLS]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
run_program scripts/agent-kills/main.ts "$@"
