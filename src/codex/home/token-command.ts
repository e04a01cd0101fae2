import { codexVariable } from '../process/isolation.ts'

/** The names of files in the folder of a token. */
export const tokenFiles = {
  token: 'token',
  /** There from when codex asks for another token until there is one, or none can be had. */
  refused: 'refused',
  /** Begins the names of empty files, one for each codex that has read the token. */
  read: 'read-'
}

/**
 * Codex (0.169) runs the command of a provider once in each process, and again after each 401. Where it has read the same token before, that
 * was refused: it then waits for another one, 4 s at most.
 */
const script = `cd "$1" || exit 1
mark="${tokenFiles.read}$${codexVariable}"
if [ -e "$mark" ] && ! [ ${tokenFiles.token} -nt "$mark" ]; then
  : > ${tokenFiles.refused}
  tries=0
  while [ -e ${tokenFiles.refused} ] && [ $tries -lt 40 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
: > "$mark"
exec cat ${tokenFiles.token}`

/** The table `auth` of a provider whose token lies in `folder`. It holds no secret. */
export function tokenCommand(folder: string): Record<string, string | number | string[]> {
  return {
    command: '/bin/sh',
    args: ['-c', script, 'sh', folder],
    timeout_ms: 10_000,
    refresh_interval_ms: 0 // only after a 401
  }
}
