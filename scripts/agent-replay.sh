#!/usr/bin/env bash
# Reads the events of sessions of the Agents API for MINUTES (60), by readers that leave and come back with Last-Event-ID again and again,
# while gateways stop and are killed: nobody may miss an event, or get one twice: ./scripts/agent-replay.sh [MINUTES]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
run_program scripts/agent-replay/main.ts "$@"
