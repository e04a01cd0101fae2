import { rootCertificates } from 'node:tls'
import { writeNamed } from './named-file.ts'

/** Variables by which an operator says whom codex shall trust. */
const trust = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CODEX_CA_CERTIFICATE']

/**
 * What spares codex from reading every certificate of the system for each HTTP client it makes, 6 to 9 ms (codex-cli 0.169):
 * a file with one of them. Nothing where codex may ever have to know whom to trust: only an endpoint by plain http needs nobody,
 * and only while no MCP server is configured, which might be called by https.
 */
export async function fewCertificates(
  codexHome: string,
  env: Record<string, string>,
  { baseUrl, mcpServers }: { baseUrl?: string | undefined; mcpServers: readonly string[] }
): Promise<Record<string, string>> {
  const isPlain = baseUrl !== undefined && new URL(baseUrl).protocol === 'http:'
  if (!isPlain || mcpServers.length > 0 || trust.some((name) => name in env)) return {}
  const [one = ''] = [...rootCertificates].sort((some, other) => some.length - other.length)
  return { SSL_CERT_FILE: await writeNamed(codexHome, `${one}\n`, (hash) => `codex-gateway-certificate-${hash}.pem`) }
}
