import { expect, it } from 'vitest'
import { z } from 'zod'
import { chatParameters } from '../../../src/api/chat/parameters.ts'
import { completionsParameters } from '../../../src/api/completions/parameters.ts'
import { responsesParameters } from '../../../src/api/responses/parameters.ts'
import { startGateway, token } from '../../app/start-gateway.ts'

const treatment = z.enum(['honoured', 'ignored', 'refused'])
const parameter = z.strictObject({
  exec: treatment,
  'app-server': treatment,
  note: z.string().min(1),
  accepted_values: z.array(z.unknown()).min(1).optional()
})
const capabilities = z.strictObject({
  object: z.literal('capabilities'),
  engine: z.enum(['exec', 'app-server']),
  apis: z.record(z.string(), z.record(z.string(), parameter))
})

async function capabilitiesWith(env: Record<string, string> = {}) {
  await using gateway = await startGateway({ env, routes: undefined })
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${gateway.url}/v1/capabilities`)).status).toBe(401)
  const [one, other] = await Promise.all(
    ['/v1/capabilities', '/capabilities'].map(async (path) =>
      capabilities.parse(await (await fetch(gateway.url + path, { headers })).json())
    )
  )
  expect(one).toEqual(other)
  return one!
}

it('the capabilities tell what becomes of every parameter of every API, by engine', async () => {
  const { engine, apis } = await capabilitiesWith()
  expect(engine).toBe('exec')
  const names = Object.fromEntries(Object.entries(apis).map(([path, table]) => [path, Object.keys(table)]))
  expect(names).toEqual({
    '/v1/chat/completions': [...chatParameters.keys()],
    '/v1/responses': [...responsesParameters.keys()],
    '/v1/completions': [...completionsParameters.keys()]
  })
  expect(apis['/v1/chat/completions']).toMatchObject({
    messages: { exec: 'honoured', 'app-server': 'honoured' },
    tools: { exec: 'refused', 'app-server': 'honoured' },
    temperature: { exec: 'ignored', 'app-server': 'ignored', accepted_values: [1] },
    n: { exec: 'refused', 'app-server': 'refused', accepted_values: [1] }
  })
})

it('what the operator wants refused is told as refused', async () => {
  const { engine, apis } = await capabilitiesWith({ CODEX_UNSUPPORTED_PARAMS: 'reject', CODEX_ENGINE: 'app-server' })
  expect(engine).toBe('app-server')
  expect(
    Object.values(apis)
      .flatMap((table) => Object.values(table))
      .filter(({ exec }) => exec === 'ignored')
  ).toEqual([])
})
