# Sourced by the other scripts, in the project's folder.

# install_packages [--all]: `npm ci` unless the last one was made from this lock file. --all: what the tests need, too.
install_packages() {
  local wanted stamp=node_modules/.installed
  wanted="$(cksum < package-lock.json)"
  if [ -f "$stamp" ]; then
    case "$(cat "$stamp")" in
      "$wanted --all") return ;;
      "$wanted") [ "${1:-}" = --all ] || return 0 ;;
    esac
  fi
  command -v npm > /dev/null || { echo "npm is missing: install Node.js 20.19 or newer" >&2; exit 1; }
  echo "Installing packages …" >&2
  if [ "${1:-}" = --all ]; then npm ci --loglevel=error >&2; else npm ci --omit=dev --loglevel=error >&2; fi
  echo "$wanted${1:+ $1}" > "$stamp"
}
