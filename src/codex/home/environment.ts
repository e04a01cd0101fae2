import { providerKeyVariable } from '../binary/catalog.ts'
import { loopbackWithoutProxy } from './proxy.ts'

/** Exactly what a codex process inherits; a name ending in `*` stands for every name that begins so. */
const inherited = [
  'PATH',
  'LANG',
  'LC_*',
  'TZ',
  'TMPDIR',
  'USER',
  'LOGNAME',
  'SHELL',
  'SystemRoot',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CODEX_CA_CERTIFICATE'
]

/** The environment of a codex process: an allow-list from `outer`, its homes, and loopback without a proxy. */
export function childEnvironment(
  outer: Record<string, string | undefined>,
  { home, codexHome, apiKey }: { home: string; codexHome: string; apiKey?: string | undefined }
): Record<string, string> {
  const passed = Object.entries(outer).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isInherited(entry[0])
  )
  return {
    ...Object.fromEntries(passed),
    ...loopbackWithoutProxy(outer),
    HOME: home,
    CODEX_HOME: codexHome, // beats HOME in codex: an inherited one must not win
    ...(apiKey !== undefined && { [providerKeyVariable]: apiKey })
  }
}

function isInherited(name: string): boolean {
  return inherited.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
}
