import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** How many descriptors a process has open. Linux. */
export function openFiles(pid: number | 'self'): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** What the descriptors of a process lead to: paths, and names of pipes and sockets. Linux. */
export function openTargets(pid: number | 'self'): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      return [] // closed meanwhile
    }
  })
}

/** Connections over IPv4 to this port, as their clients on this machine see them. Linux. */
export function connectionsTo(port: number): number {
  return established(2, port)
}

/** Connections over IPv4 that the server at this port has not closed, whatever their clients see. Linux. */
export function connectionsAt(port: number): number {
  return established(1, port)
}

function established(column: 1 | 2, port: number): number {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  return rows.filter((row) => row[column]?.endsWith(address) && row[3] === '01').length
}

/** Megabytes of memory that a process holds. Linux. */
export function megabytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Seconds of CPU that a process has used. Linux, where a tick is 10 ms. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
