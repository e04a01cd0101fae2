import { isIPv6 } from 'node:net'

/** The URL by which a client on this machine reaches a server that listens on `host`: a wildcard address is not one to call. */
export function urlFrom(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`
}

/** A word as a POSIX shell reads it; left bare where that is safe. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
