# shellcheck shell=bash
# Sourced by the other scripts, in the project's folder. Steps that are done are skipped, and then need no network.

# check_node: exits with a message if Node.js is missing or too old.
check_node() {
  local version major minor
  version="$(node --version 2> /dev/null || true)"
  IFS=. read -r major minor _ <<< "${version#v}"
  [ -z "$version" ] || [ $((major * 100 + minor)) -lt 2019 ] || return 0
  echo "Codex Gateway needs Node.js 20.19 or newer; found: ${version:-none}. Get it from https://nodejs.org" >&2
  exit 1
}

# install_packages serving|all: the packages of package-lock.json; the tests need all of them.
install_packages() {
  local wanted
  wanted="$(cksum < package-lock.json)"
  has_packages "$wanted" "$1" || alone install_now "$wanted" "$1"
}

has_packages() {
  local found=
  [ ! -f node_modules/.installed ] || read -r found < node_modules/.installed
  [ "$found" = "$1 all" ] || [ "$found" = "$1 $2" ]
}

install_now() {
  ! has_packages "$1" "$2" || return 0
  command -v npm > /dev/null || { echo "npm is missing. It comes with Node.js: https://nodejs.org" >&2; exit 1; }
  if [ "$2" = serving ]; then
    echo "Installing packages (the first start takes a minute or two) …" >&2
    # what builds, and what goes into the page; --ignore-scripts: nothing of these packages runs at installation
    # shellcheck disable=SC2046
    npm install --ignore-scripts --no-save --omit=dev --save-prod $(locked rolldown @oxc-project/runtime preact marked dompurify) \
      --loglevel=error >&2
  elif has_packages "$1" serving; then
    echo "Installing packages for the tests (a few minutes) …" >&2
    npm install --ignore-scripts --no-save --include=dev --loglevel=error >&2 # npm ci begins by removing all, under a gateway that may run
  else
    echo "Installing packages, with those for the tests (a few minutes) …" >&2
    npm ci --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error >&2
  fi
  echo "$1 $2" > node_modules/.installed
}

# locked NAME …: each package with its version in package-lock.json, as npm takes it: NAME@VERSION.
locked() {
  node -p 'process.argv.slice(1).map((name) => `${name}@${require("./package-lock.json").packages[`node_modules/${name}`].version}`).join(" ")' "$@"
}

# install_newest_clients: the newest majors of the clients, under other names, where Node is new enough for them.
install_newest_clients() {
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 22 ] || return 0
  local folder=test/clients/newest wanted name
  wanted="$(cksum < "$folder/package-lock.json")"
  if [ "$(cat "$folder/node_modules/.installed" 2> /dev/null)" != "$wanted" ]; then
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    echo "$wanted" > "$folder/node_modules/.installed"
  fi
  for name in "$folder"/node_modules/*-newest; do ln -sfn "$PWD/$name" "node_modules/${name##*/}"; done
}

# install_python_clients: the Python packages that test/clients tries, where there is a Python to try them with. Not in
# node_modules, so that it needs not wait for npm, which begins by removing all of it.
install_python_clients() {
  install_python test/clients/.python "openai==3.57.0 langchain-openai==1.7.3"
}

# install_python FOLDER PACKAGES: into a virtual environment of their own.
install_python() {
  local folder="$1" packages="$2"
  [ "$(cat "$folder/.installed" 2> /dev/null)" != "$packages" ] && command -v python3 > /dev/null || return 0
  echo "Installing Python packages that tests need …" >&2
  # shellcheck disable=SC2086
  if python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --no-compile --disable-pip-version-check $packages >&2; then
    echo "$packages" > "$folder/.installed"
  else
    rm -rf "$folder"
    echo "They cannot be installed; their tests are skipped." >&2
  fi
}

# install_nats_server [FOLDER]: the broker that tests of several machines need, unless the machine has one: a Go command, or Debian's.
install_nats_server() {
  local folder="${1-$PWD/node_modules/.nats}"
  ! command -v nats-server > /dev/null && [ ! -x node_modules/.nats/nats-server ] || return 0
  if command -v go > /dev/null; then
    echo "Building nats-server for the tests (a minute or two) …" >&2
    GOBIN="$folder" GOFLAGS=-mod=mod go install github.com/nats-io/nats-server/v2@v2.15.2 >&2 && return 0
  fi
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get install --yes --quiet nats-server >&2 && return 0
  fi
  echo "nats-server cannot be installed; the tests that need it are left out." >&2
}

# build: bundles src into dist, and the page into dist/page, unless dist is newer.
build() {
  is_built || alone build_now
}

is_built() {
  [ -f dist/.built ] && [ -z "$(find src web scripts/build.mjs tsconfig.json -newer dist/.built)" ]
}

build_now() {
  ! is_built || return 0
  echo "Building …" >&2
  mkdir -p dist
  touch dist/.building # older than every source that the build has not seen
  node scripts/build.mjs >&2
  mv dist/.building dist/.built
}

# run_program FILE ARGUMENT …: a TypeScript program of this folder, beside a gateway that is built.
run_program() {
  check_node
  install_packages all
  build
  exec node --import ./test/support/typescript.mjs "$@"
}

# alone COMMAND …: runs it while no other script prepares this folder.
alone() {
  holding package-lock.json "$@"
}

# holding FILE COMMAND …: runs it while no other script holds this file.
holding() {
  (
    if command -v flock > /dev/null && ! flock -n 9; then
      echo "Waiting for another script that is preparing this folder …" >&2
      flock 9
    fi
    "${@:2}" 9<&-
  ) 9< "$1"
}
