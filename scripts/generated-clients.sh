#!/usr/bin/env bash
# Generates a Python client from the gateway's description of its API and tries it, after a second validator has read the
# description. Not a part of test.sh: it takes a minute.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
alone install_python node_modules/.generators "openapi-spec-validator==0.9.0 openapi-python-client==0.29.1"
GENERATED_CLIENTS=1 exec npx vitest run test/clients/generated.test.ts
