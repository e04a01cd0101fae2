import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { allApis } from '../../src/app/apis.ts'
import type { Description } from '../../src/api/description/document.ts'
import { post, startGateway, token } from '../app/start-gateway.ts'
import { message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { spoiled } from '../support/spoiled.ts'
import { hostile, keys } from './bodies.ts'
import { budget, checkAnswer, seconds } from './fuzzing.ts'
import { valuesOf } from './values-of-schema.ts'
import type { Schema } from './values-of-schema.ts'

interface Sent {
  method: string
  path: string
  body?: unknown
}

/** Requests of every operation: as its schema has them, or with up to three places that hold something else. `ids` are of what is stored. */
function requestsOf(description: Description, ids: readonly string[]): fc.Arbitrary<Sent> {
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json'].schema as Schema | undefined
      const filled = fc.constantFrom(
        ...ids,
        'resp_1',
        'gpt-test',
        '%00',
        '..',
        'é',
        'a'.repeat(300),
        "'--",
        '?limit=-1',
        '?after=x&order=y&limit=1e9'
      )
      const at = filled.map(
        (value) =>
          path.replace(/\{\w+\}/g, () => encodeURI(value)) + (path.includes('{') || !value.startsWith('?') ? '' : value)
      )
      if (!schema) return { weight: 1, arbitrary: at.map((path): Sent => ({ method, path })) }
      const body = valuesOf(schema, description).chain((good) =>
        fc.oneof(fc.constant(good), spoiled(good as object, hostile, keys))
      )
      return { weight: 6, arbitrary: fc.tuple(at, body).map(([path, body]): Sent => ({ method, path, body })) }
    })
  )
  return fc.oneof(...operations)
}

const messages = [{ role: 'user', content: 'Hello.' }]
const stored = [
  ['/responses', { model: 'gpt-test', input: messages }],
  ['/conversations', { items: messages }],
  ['/chat/completions', { model: 'gpt-test', messages, store: true }]
] as const

const idOf = async (response: Response) => ((await response.json()) as { id: string }).id

it(
  'whatever is made of the description of an operation, it is answered as described',
  { timeout: seconds * 1_000 + 60_000 },
  async () => {
    const engine = scriptedEngine(() => turn(...message('m', 'Hello.')), [{ id: 'gpt-test', isDefault: true }])
    const home = await mkdtemp(join(tmpdir(), 'fuzz-'))
    onTestFinished(() => rm(home, { recursive: true }))
    await using gateway = await startGateway({ engine, apis: allApis, env: { CODEX_CLI_HOME: home } })
    const ids = await Promise.all(
      stored.map(async ([path, body]) => idOf(await post(`${gateway.url}/v1${path}`, body)))
    )
    const description = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Description
    const seen = new Map<string, Set<number>>()
    await fc.assert(
      fc.asyncProperty(requestsOf(description, ids), async ({ method, path, body }) => {
        const response = await fetch(`${gateway.url}/v1${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'content-type': 'application/json' })
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(10_000)
        })
        const contentType = response.headers.get('content-type') ?? undefined
        checkAnswer({ status: response.status, contentType, text: await response.text() }, !path.startsWith('/login'))
        const operation = `${method} ${path.replace(/[?].*/, '')}`
        seen.set(operation, (seen.get(operation) ?? new Set()).add(response.status))
      }),
      budget
    )
    for (const operation of ['post /chat/completions', 'post /responses', 'post /completions'])
      expect([...(seen.get(operation) ?? [])]).toEqual(expect.arrayContaining([200, 400]))
    expect(gateway.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  }
)
