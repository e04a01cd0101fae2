import { readdirSync, readFileSync } from 'node:fs'

/** How many descriptors a process has open. Linux. */
export function openFiles(pid: number | 'self'): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Connections over IPv4 to this port, as their clients on this machine see them. Linux. */
export function connectionsTo(port: number): number {
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return rows.filter(([, , to, state]) => to?.endsWith(remote) && state === '01').length
}

/** Megabytes of memory that a process holds. Linux. */
export function megabytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
