import { randomUUID } from 'node:crypto'

/** Ways to leave a process behind, each sleeping under a name by which it can be found. */
const ways = {
  plain: (sleep: string) => `${sleep} >/dev/null 2>&1 &`,
  nohup: (sleep: string) => `nohup ${sleep} >/dev/null 2>&1 &`,
  setsid: (sleep: string) => `setsid ${sleep} >/dev/null 2>&1 &`,
  'double fork': (sleep: string) => `( ( setsid ${sleep} >/dev/null 2>&1 & ) & )`,
  stubborn: (sleep: string) => `setsid sh -c "trap '' INT TERM HUP; while :; do ${sleep}; done" >/dev/null 2>&1 &`,
  'clean environment': (sleep: string) => `( env -i setsid ${sleep} >/dev/null 2>&1 & )`
}
export type Way = keyof typeof ways

/** A shell command that leaves one daemon for each way and says `all are left`, and the text that all their command lines hold. */
export function daemons(...chosen: Way[]): { command: string; canary: string } {
  const canary = `86${randomUUID().replaceAll(/\D/g, '').padEnd(12, '7').slice(0, 12)}`
  const sleep = `sleep ${canary}`
  return { canary, command: [...chosen.map((way) => ways[way](sleep)), 'sleep 0.1', "echo 'all are' left"].join('\n') }
}
