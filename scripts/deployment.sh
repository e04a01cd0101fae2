#!/usr/bin/env bash
# Renders and checks what is in scripts/deploy with the real Helm, kubeconform and Docker Compose. Not a part of test.sh: it
# builds them with Go, which takes ten minutes of a core at first and one later. ./scripts/deploy/image.sh builds and tries the image.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. scripts/install.sh
check_node
install_packages all
install_nats_server
tools="$PWD/node_modules/.deploy"
mkdir -p "$tools"
PATH="$PATH:/usr/local/go/bin"

# built NAME VERSION PACKAGE: a command of a Go module. In a module of its own, for some exclude versions, which `go install` refuses.
built() {
  [ ! -x "$tools/$1" ] || return 0
  command -v go > /dev/null || { echo "There is no go here, with which $1 is built." >&2; exit 1; }
  echo "Building $1 …" >&2
  local folder
  folder="$(mktemp -d)"
  (cd "$folder" && go mod init build && go get "$3@$2" && go build -buildvcs=false -o "$tools/$1" "$3") > "$folder/log" 2>&1 \
    || { tail -20 "$folder/log" >&2; exit 1; }
  rm -rf "$folder"
}

# Kubernetes' own schemas, from a package of PyPI, as kubeconform reads them.
schemas() {
  [ ! -d "$tools/schemas" ] || return 0
  rm -rf "$tools/wheel"
  python3 -m pip download --quiet --no-deps --dest "$tools/wheel" kubernetes-validate==1.37.0
  python3 - "$tools" << 'PYTHON'
import json, pathlib, re, sys, zipfile
tools = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next((tools / 'wheel').glob('*.whl'))) as wheel:
    for name in wheel.namelist():
        found = re.search(r'/(v1\.(?:31|37)\.0)-local-strict/([^/]+\.json)$', name)
        if found:
            schema = json.loads(wheel.read(name).decode().replace('"/api/_definitions.json', '"_definitions.json'))
            schema.pop('$id', None), schema.pop('$schema', None)
            file = tools / 'schemas.new' / found[1] / found[2]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(schema))
(tools / 'schemas.new').rename(tools / 'schemas')
PYTHON
}

built helm v3.22.0 helm.sh/helm/v3/cmd/helm
built kubeconform v0.8.0 github.com/yannh/kubeconform/cmd/kubeconform
built docker-compose v2.40.3 github.com/docker/compose/v2/cmd
schemas
[ -d "$tools/npm" ] || npm install --silent --prefix "$tools/npm" @kubernetes-models/prometheus-operator@6.0.0
DEPLOY_TOOLS="$tools" exec npx vitest run test/scripts/deploy "$@"
