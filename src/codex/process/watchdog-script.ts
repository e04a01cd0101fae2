/**
 * What the watchdog runs, in POSIX sh because that costs 1 MB and not 40. `$1` is the owner's name.
 * It reads the root process of each turn (`+ pid`, `- pid`); the end of its stdin means that the gateway has ended.
 * Then: a second for codex to exit by itself, and SIGKILL for all descendants and all processes with the mark, until none runs.
 */
export const watchdogScript = `
trap '' INT TERM HUP
roots=
children() { cat /proc/$1/task/*/children 2>/dev/null || pgrep -P $1; }
family() { for member in $*; do echo $member; family $(children $member); done; }
marked() { grep -lzxF "CODEX_GATEWAY_OWNER=$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
alive() { for member in $*; do kill -0 $member 2>/dev/null && ! grep -qs '^State:.Z' /proc/$member/status && echo $member; done; }
while read -r word pid; do
  case $word in
    +) roots="$roots $pid" ;;
    -) roots=$(for root in $roots; do [ $root = $pid ] || echo $root; done) ;;
  esac
done
known=$(family $roots | sort -u)
for root in $roots; do kill -INT $root; done 2>/dev/null
sleep 1
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  known=$(family $(alive $known $(marked "$1")) | sort -u)
  [ -z "$known" ] && break
  kill -9 $known 2>/dev/null
  for root in $roots; do kill -9 -$root; done 2>/dev/null
  sleep 0.05
done
`
