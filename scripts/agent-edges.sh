#!/usr/bin/env bash
# Sends 10,000 messages (or as many as the argument says) to sessions of the Agents API at random moments around the ends of their
# turns: none may be lost, and none read twice.
set -euo pipefail
cd "$(dirname "$0")/.."
AGENT_EDGES="${1:-10000}" npx --no-install vitest run test/api/agents/edges.test.ts
