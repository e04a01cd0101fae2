#!/usr/bin/env bash
# Tries the official Go and Java clients on the gateway with the real codex. Not a part of test.sh: the Go client takes
# minutes to compile. What has no toolchain here is named, and left out.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
names=()
if command -v go > /dev/null; then
  (cd test/clients/go && go build -buildvcs=false -o ../../../node_modules/.go/clients .)
  names+=(Go)
else
  echo "Left out: the Go client (there is no go here)." >&2
fi
if command -v mvn > /dev/null && command -v java > /dev/null; then
  mvn --quiet --batch-mode --file test/clients/java/pom.xml dependency:build-classpath \
    -Dmdep.outputFile="$PWD/node_modules/.java/class-path"
  names+=(Java)
else
  echo "Left out: the Java client (there is no java and mvn here)." >&2
fi
[ ${#names[@]} -eq 0 ] && exit 1
COMPILED_CLIENTS=1 exec npx vitest run test/clients/compiled.test.ts -t "$(IFS='|'; echo "${names[*]}")"
