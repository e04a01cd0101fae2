import { connect } from 'node:net'
import { proxyFor } from '../../codex/home/proxy.ts'
import type { Config } from '../../config/config.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

const patienceMs = 3_000

/** Whether the proxy that stands between codex and the model provider answers. Undefined where there is none. Its password is not shown. */
export async function proxyFinding(
  { CODEX_API_BASE_URL: baseUrl = 'https://api.openai.com' }: Pick<Config, 'CODEX_API_BASE_URL'>,
  env: Readonly<Record<string, string | undefined>>
): Promise<Finding | undefined> {
  const proxy = proxyFor(baseUrl, env)
  if (!proxy) return undefined
  const { variable, host, port } = proxy
  const { hostname } = new URL(baseUrl)
  if (await answers(host, port))
    return pass(`codex reaches ${hostname} through the proxy in ${variable}: ${host}:${port}`)
  return fail(
    `codex would reach ${hostname} through the proxy in ${variable}, which does not answer: ${host}:${port}`,
    `Correct or unset ${variable}, or add ${hostname} to NO_PROXY.`
  )
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs })
    const end = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false))
  })
}
