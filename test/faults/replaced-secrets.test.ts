import { randomInt } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import { processesWith } from '../support/processes.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'

const token = 'cgw_the-client'

interface Layout {
  /** Where the settings lie; the gateway's current folder. */
  current: string
  /** Whether somebody is logged in, or only CODEX_API_KEY is set. */
  login: boolean
}

/** A gateway whose secrets have been written once, and are replaced as editors, secret managers and codex do it. */
async function startGateway(means: Means, { current, login }: Layout) {
  const upstream = await startUpstream()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'replaced-')))
  const at = (...names: string[]) => join(folder, ...names)
  const secrets = [at(current, '.env'), at('conf', 'tokens'), ...(login ? [at('user', 'auth.json')] : [])]
  for (const name of ['workspace', 'user', 'conf', 'home/.codex', current]) await mkdir(at(name), { recursive: true })
  await symlink(at('user', 'auth.json'), at('home/.codex/auth.json'))
  const replace = async (text: string) => {
    for (const path of secrets) {
      await writeFile(`${path}.new`, JSON.stringify({ OPENAI_API_KEY: text }), { mode: 0o600 })
      await rename(`${path}.new`, path)
    }
  }
  await replace('first-secret')
  await writeFile(at('conf', 'tokens'), token, { mode: 0o600 })
  const start = process.cwd()
  process.chdir(at(current)) // where .env is looked for
  const gateway = await startConfiguredGateway(
    folder,
    {
      ...{ HOME: at('user'), CODEX_MODEL: 'gpt-5.5', CODEX_API_BASE_URL: upstream.url },
      CODEX_GATEWAY_TOKEN_FILE: at('conf', 'tokens'),
      CODEX_MODEL_ALIASES: JSON.stringify({ exec: { engine: 'exec' }, 'app-server': { engine: 'app-server' } })
    },
    means
  )
  return {
    at,
    replace,
    print: `cat ${secrets.join(' ')} ${at('home/.codex/auth.json')}; cat ${at('*/*')}; grep -rs secret ${folder}`,
    /** What a command of the model's prints. */
    async outputOf(engine: string, command: string) {
      upstream.answerAll(runs(command, says('Done.')))
      const answer = await fetch(`${gateway.url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ model: engine, messages: [{ role: 'user', content: 'Go.' }] })
      })
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Done.')])
      return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      process.chdir(start)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

const engines = ['exec', 'app-server']

type Case = [name: string, means: Means, layout: Layout]

const layouts = (['namespace', 'watchdog'] as const).flatMap((means) =>
  [false, true].map((login): Case => [`${means}, login: ${login}`, means, { current: 'run', login }])
)
layouts.push(['namespace, all in one folder', 'namespace', { current: '.', login: true }])

describe.each(layouts)('a secret that is replaced (%s)', (_, means, layout) => {
  let gateway: Awaited<ReturnType<typeof startGateway>>
  beforeAll(async () => {
    gateway = await startGateway(means, layout)
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
  })

  it('is read by no later command of either engine', async () => {
    for (const engine of engines)
      expect(await gateway.outputOf(engine, `echo works; ${gateway.print}`)).toContain('works')
    await gateway.replace('second-secret')
    for (const engine of engines) {
      const output = await gateway.outputOf(engine, `echo works; ${gateway.print}`)
      expect(output, engine).toContain('works')
      expect(output, engine).not.toContain('-secret')
    }
  })

  it.each(engines)('is not read by a command that runs (%s)', async (engine) => {
    const [done, pause] = [gateway.at('workspace', `replaced-${engine}`), `0.0${randomInt(1e9, 2e9)}`]
    const printed = gateway.outputOf(
      engine,
      `until [ -e ${done} ]; do sleep ${pause}; done; echo works; ${gateway.print}`
    )
    const sleepers = () => processesWith(pause).filter((line) => line.endsWith(` sleep ${pause}`))
    await expect.poll(sleepers, { timeout: 40_000, interval: 5 }).not.toEqual([]) // it runs inside of its sandbox
    await gateway.replace(`${engine}-secret`)
    await writeFile(done, '')
    expect(await printed).toContain('works')
    expect(await printed).not.toContain('-secret')
  })
})

it('settings that are written after the start are read by no later command, though nothing hides their folder', async () => {
  await using gateway = await startGateway('namespace', { current: 'workspace', login: false })
  const dotEnv = gateway.at('workspace', '.env')
  await rm(dotEnv)
  expect(await gateway.outputOf('app-server', `cat ${dotEnv}`)).toContain('No such file')
  for (const text of ['first-secret', 'second-secret']) {
    await gateway.replace(text)
    const output = await gateway.outputOf('app-server', `echo works; cat ${dotEnv}`)
    expect(output).toContain('works')
    expect(output).not.toContain('-secret')
  }
})
