import { resolve } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { sharedGateway } from './shared-gateway.ts'

const served = sharedGateway()

/** A model that does as it is told: calls the function it has, fills the schema it has, says the text asked for. */
function obedient({ body }: UpstreamRequest) {
  const tool = body.tools?.find(({ name }) => name === 'compatcanary_echo')
  if (tool) return answer([functionCall('compatcanary_echo', { value: 'CANARY_OK' })])
  return says(body.text?.format ? '{"status":"ok"}' : 'CANARY_OK')
}

it.each(['assistant', 'live'])('compatcanary finds nothing that %s does otherwise than the API', async (model) => {
  const { baseURL, apiKey, upstream } = served()
  upstream.answerAll(obedient)
  const { stdout, exitCode } = await execa(
    process.execPath,
    [
      resolve('node_modules/.bin/compatcanary'),
      'scan',
      '--base-url',
      baseURL,
      '--model',
      model,
      '--profile',
      'modern',
      '--format',
      'json'
    ],
    { env: { OPENAI_API_KEY: apiKey }, reject: false }
  )
  const { results } = JSON.parse(stdout) as { results: { id: string; required: boolean; status: string }[] }
  expect(results.filter(({ status }) => status !== 'pass')).toEqual([])
  expect(results.filter(({ required }) => required).length).toBeGreaterThan(5)
  expect(exitCode).toBe(0)
})
