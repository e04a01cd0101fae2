import { join } from 'node:path'
import { configFrom } from '../config.ts'
import { startDemo } from '../demo/demo.ts'

type Environment = Record<string, string | undefined>

/** The same environment, but for a codex that asks the stand-in: in a home of its own, without a login, and directly. */
export async function demoFrom(env: Environment): Promise<AsyncDisposable & { env: Environment }> {
  const home = join(configFrom(env).CODEX_CLI_HOME, 'demo')
  const demo = await startDemo()
  const direct = Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)))
  const inDemo = { CODEX_API_BASE_URL: demo.baseUrl, CODEX_API_KEY: demo.apiKey, CODEX_CLI_HOME: home, CODEX_HOME: join(home, '.codex') }
  return { env: { ...direct, ...inDemo }, [Symbol.asyncDispose]: () => demo[Symbol.asyncDispose]() }
}
