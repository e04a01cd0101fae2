import { expect, it } from 'vitest'
import { z } from 'zod'
import { chatParameters } from '../../../src/api/chat/parameters.ts'
import { completionsParameters } from '../../../src/api/completions/parameters.ts'
import type { Description } from '../../../src/api/description/document.ts'
import { compactParameters } from '../../../src/api/responses/compact-parameters.ts'
import { responsesParameters } from '../../../src/api/responses/parameters.ts'
import { routed } from '../../../src/engines/routed.ts'
import type { Abilities } from '../../../src/turn/engine.ts'
import { startGateway, token } from '../../app/start-gateway.ts'
import { completed, scriptedEngine } from '../../support/scripted-engine.ts'

const named = (name: string, can?: Abilities) => ({ ...scriptedEngine([completed]), name, can })
const exec = named('exec')
const appServer = named('app-server', { tools: true })

const treatment = z.enum(['honoured', 'ignored', 'refused'])
const capabilitiesOf = (...engines: string[]) =>
  z.strictObject({
    object: z.literal('capabilities'),
    engine: z.enum(engines),
    apis: z.record(
      z.string(),
      z.record(
        z.string(),
        z.strictObject({
          ...Object.fromEntries(engines.map((name) => [name, treatment])),
          note: z.string().min(1),
          accepted_values: z.array(z.unknown()).min(1).optional()
        })
      )
    )
  })

async function served(engines: Parameters<typeof routed>[0], env: Record<string, string> = {}) {
  await using gateway = await startGateway({ env, apis: undefined, engine: routed(engines) })
  expect((await fetch(`${gateway.url}/v1/capabilities`)).status).toBe(401)
  const get = async (path: string) =>
    (await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } })).json()
  const [one, other, description] = await Promise.all(['/v1/capabilities', '/capabilities', '/openapi.json'].map(get))
  expect(one).toEqual(other)
  const names = engines.map(({ name }) => name)
  return { capabilities: capabilitiesOf(...names).parse(one), description: description as Description }
}

it('the capabilities list how each engine handles every parameter of every API', async () => {
  const { engine, apis } = (await served([exec, appServer])).capabilities
  expect(engine).toBe('exec')
  const names = Object.fromEntries(Object.entries(apis).map(([path, table]) => [path, Object.keys(table)]))
  expect(names).toEqual({
    '/v1/chat/completions': [...chatParameters.keys()],
    '/v1/responses': [...responsesParameters.keys()],
    '/v1/responses/compact': [...compactParameters.keys()],
    '/v1/completions': [...completionsParameters.keys()]
  })
  expect(apis['/v1/chat/completions']).toMatchObject({
    messages: { exec: 'honoured', 'app-server': 'honoured' },
    tools: { exec: 'refused', 'app-server': 'honoured' },
    temperature: { exec: 'ignored', 'app-server': 'ignored', accepted_values: [1] },
    logprobs: { exec: 'refused', 'app-server': 'refused', accepted_values: [false] }
  })
})

it('what the operator wants refused is listed as refused', async () => {
  const { engine, apis } = (await served([appServer, exec], { CODEX_UNSUPPORTED_PARAMS: 'reject' })).capabilities
  expect(engine).toBe('app-server')
  const rows = Object.values(apis).flatMap((table) => Object.values(table))
  expect(rows.filter((row) => Object.values(row).includes('ignored'))).toEqual([])
})

it('a third engine appears in the capabilities and in the notes on each field by itself', async () => {
  const { capabilities, description } = await served([exec, appServer, named('remote', { tools: true })])
  expect(capabilities.apis['/v1/responses']?.['tools']).toMatchObject({ exec: 'refused', remote: 'honoured' })
  const schema = description.paths['/chat/completions']?.['post']?.requestBody?.content['application/json'].schema
  expect(schema?.properties?.['tools']?.description).toMatch(/^Honoured by app-server and remote, refused by exec\. /)
  expect(schema?.properties?.['model']?.description).toMatch(/^Honoured\. /)
  expect(schema?.properties?.['logprobs']?.description).toMatch(/^Refused except `false`\. /)
})

it('a turn goes to the first engine that can do what it needs', async () => {
  const remote = named('remote', { tools: true })
  const tools = [{ name: 'f' }]
  const of = (...engines: Parameters<typeof routed>[0]) => routed(engines).nameFor
  expect(of(exec, remote, appServer)?.({ input: [], tools })).toBe('remote')
  expect(of(exec, remote, appServer)?.({ input: [] })).toBe('exec')
  expect(of(exec)?.({ input: [], tools })).toBe('exec')
})
