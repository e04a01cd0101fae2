#!/usr/bin/env bash
# Tries saved homes on S3-compatible servers: moto (PyPI) and, where there is a go, versitygw. Not a part of test.sh, whose
# tests use a folder and a scripted server: versitygw takes minutes to compile. What cannot be had here is named, and left out.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
folder=$PWD/node_modules/.s3
mkdir -p "$folder"
data=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$data"' EXIT
stores=()

install_python "$folder/moto" 'moto[s3,server]==5.2.5'
if [ -x "$folder/moto/bin/moto_server" ]; then
  "$folder/moto/bin/moto_server" -H 127.0.0.1 -p 45671 > /dev/null 2>&1 &
  pids+=($!)
  stores+=(moto=http://127.0.0.1:45671)
else
  echo "Left out: moto (it cannot be installed here)." >&2
fi
if [ -x "$folder/versitygw" ] || { command -v go > /dev/null && GOBIN=$folder go install github.com/versity/versitygw/cmd/versitygw@v1.8.0; }; then
  mkdir "$data/buckets"
  ROOT_ACCESS_KEY=gateway-test ROOT_SECRET_KEY=gateway-secret "$folder/versitygw" --port 127.0.0.1:45672 posix "$data/buckets" > /dev/null 2>&1 &
  pids+=($!)
  stores+=(versitygw=http://127.0.0.1:45672)
else
  echo "Left out: versitygw (there is no go here)." >&2
fi
[ ${#stores[@]} -eq 0 ] && exit 1
for store in "${stores[@]}"; do
  for _ in $(seq 100); do curl --silent --output /dev/null "${store#*=}" && break; sleep 0.2; done
done
S3_STORES="${stores[*]}" npx vitest run test/workspaces/homes/s3-servers.test.ts
