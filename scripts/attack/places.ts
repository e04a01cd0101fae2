import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Who a gateway runs as, and what of /proc it sees. */
export interface Place {
  name: string
  /** The command that runs a command there: both in one list. */
  prefix: string[]
  /** Whose its files are; those of the present user if left out. */
  uid?: number
}

/** The built program. */
export const program = join(import.meta.dirname, '../../dist/main.js')

const uid = 10_001
const asUser = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
/** As Docker does: some of /proc masked, some read-only. Without CAP_SYS_ADMIN a PID namespace can then mount no /proc of its own. */
const covered = [
  'unshare',
  '-m',
  'sh',
  '-c',
  'mount -t tmpfs -o ro tmpfs /proc/acpi; mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"',
  'sh'
]

/** The present user first; the others where this user may change to them. */
export function places(): Place[] {
  const others: Place[] = [
    { name: `user ${uid}`, prefix: asUser, uid },
    { name: 'root as in Docker', prefix: [...covered, 'setpriv', '--bounding-set=-sys_admin'] },
    { name: `user ${uid}, /proc covered`, prefix: [...covered, ...asUser], uid }
  ]
  return [{ name: 'present user', prefix: [] }, ...others.filter(works)]
}

function works({ prefix: [command = '', ...args] }: Place): boolean {
  try {
    execFileSync(command, [...args, process.execPath, '-e', `require('fs').accessSync(${JSON.stringify(program)})`], {
      stdio: 'ignore'
    })
    return true
  } catch {
    return false
  }
}
