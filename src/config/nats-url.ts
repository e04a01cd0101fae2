import { z } from 'zod'

/** Where the broker is, and who connects to it. */
export interface NatsServers {
  /** `nats://host:port` or `tls://host:port`, without credentials: the client does not take them from there. */
  servers: readonly string[]
  user?: string | undefined
  password?: string | undefined
  /** Whether every connection must be encrypted. */
  tls: boolean
  /** Names or addresses, to see whether they are of this machine. */
  hosts: readonly string[]
}

const rule = 'must be nats:// or tls:// URLs, separated by commas, such as tls://user:password@nats.internal:4222'

/** Servers of one NATS, or undefined where none is named. Credentials may stand in the first URL, or in all the same. */
export const natsServers = z.string().transform((value, context): NatsServers | undefined => {
  const parts = value.split(',').map((part) => part.trim())
  if (value === '') return undefined
  const urls = parts.map((part) => (URL.canParse(part) ? new URL(part) : undefined))
  if (!urls.every((url): url is URL => url !== undefined && isServer(url))) return refused(rule)
  const credentials = new Set(
    urls.filter(({ username }) => username !== '').map((url) => credentialsIn(url).join('\0'))
  )
  if (credentials.size > 1) return refused('names several users; the servers of one NATS have the same')
  const first = urls.find(({ username }) => username !== '')
  const [user, password] = first ? credentialsIn(first) : []
  return {
    servers: urls.map(({ protocol, host }) => `${protocol}//${host}`),
    hosts: urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
    tls: urls.every(({ protocol }) => protocol === 'tls:'),
    ...(user !== undefined && { user, password })
  }

  function refused(message: string): never {
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }
})

const isServer = ({ protocol, hostname, pathname, search }: URL) =>
  ['nats:', 'tls:'].includes(protocol) && hostname !== '' && ['', '/'].includes(pathname) && search === ''

/** As they are meant: a URL writes some characters with `%`. */
const credentialsIn = ({ username, password }: URL): [string, string] => [decoded(username), decoded(password)]

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
