type Environment = Readonly<Record<string, string | undefined>>

/** Both spellings in the order in which codex looks for them (codex-cli 0.169). */
const proxyVariables = {
  'http:': ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'],
  'https:': ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']
}
const allVariables = Object.values(proxyVariables).flat()

/** The block for programs that know blocks, the names for those that do not. */
const loopback = ['localhost', '127.0.0.1', '127.0.0.0/8', '::1']

/** What keeps loopback addresses from a proxy, where one is set: codex would ask it for them, and it would look on its own machine. */
export function loopbackWithoutProxy(env: Environment): Record<string, string> {
  if (!allVariables.some((name) => env[name])) return {}
  const direct = [...new Set([...exceptionsOf(env), ...loopback])].join(',')
  return { NO_PROXY: direct, no_proxy: direct }
}

/** The proxy that codex would ask for a URL. */
export interface FoundProxy {
  /** The variable that names it. */
  variable: string
  host: string
  port: number
}

/** Undefined where codex goes to the URL itself, or to a proxy whose address is not valid. */
export function proxyFor(url: string, env: Environment): FoundProxy | undefined {
  const { protocol, hostname } = new URL(url)
  const variable = proxyVariables[protocol as 'http:' | 'https:'].find((name) => env[name])
  if (variable === undefined || exceptionsOf({ ...env, ...loopbackWithoutProxy(env) }).some(isExceptedBy(hostname)))
    return undefined
  const written = env[variable] ?? ''
  const address = written.includes('://') ? written : `http://${written}`
  if (!URL.canParse(address)) return undefined
  const proxy = new URL(address)
  const port = proxy.port === '' ? (usualPorts[proxy.protocol] ?? 80) : Number(proxy.port)
  return { variable, host: proxy.hostname.replace(/^\[|\]$/g, ''), port }
}

const usualPorts: Readonly<Record<string, number>> = { 'https:': 443, 'socks5:': 1080, 'socks5h:': 1080 }

function exceptionsOf(env: Environment): string[] {
  const list = [env['NO_PROXY'], env['no_proxy']].filter((text) => text).join(',')
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** A name stands for itself and for all below it. */
const isExceptedBy = (hostname: string) => (name: string) => {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const plain = name.replace(/^\*?\./, '').toLowerCase()
  return (
    name === '*' || host === plain || host.endsWith(`.${plain}`) || (plain === '127.0.0.0/8' && /^127\./.test(host))
  )
}
