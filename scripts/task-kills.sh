#!/usr/bin/env bash
# Kills gateways at random moments while they run tasks, and counts what is lost, done twice or left: ./scripts/task-kills.sh [claims] [KILLS]
# `claims`: two processes on one folder, with the queue of tasks alone, so that there can be many kills.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
run_program scripts/task-kills/main.ts "$@"
