import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { configFrom } from '../config/config.ts'
import { startDemo } from '../demo/demo.ts'

type Environment = Record<string, string | undefined>

/** The environment with codex pointed at the demo model: a separate home, no login, no proxy. */
export async function demoFrom(env: Environment): Promise<AsyncDisposable & { env: Environment }> {
  const home = join(configFrom(env).CODEX_CLI_HOME, 'demo')
  const codexHome = join(home, '.codex')
  const demo = await startDemo()
  const direct = Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)))
  const inDemo = {
    CODEX_API_BASE_URL: demo.baseUrl,
    CODEX_API_KEY: demo.apiKey,
    CODEX_CLI_HOME: home,
    CODEX_HOME: codexHome
  }
  return {
    env: { ...direct, ...inDemo },
    async [Symbol.asyncDispose]() {
      await demo[Symbol.asyncDispose]()
      await removeFilesThatName(demo.baseUrl, codexHome)
    }
  }
}

/** The demo model's port changes at each start, and with it the name of codex's settings file. */
async function removeFilesThatName(url: string, folder: string): Promise<void> {
  const paths = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith('.config.toml'))
    .map((name) => join(folder, name))
  await Promise.all(
    paths.map(async (path) => (await readFile(path, 'utf8').catch(() => '')).includes(url) && rm(path, { force: true }))
  )
}
