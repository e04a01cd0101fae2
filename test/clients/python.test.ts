import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { needing } from '../support/left-out.ts'
import { png } from '../support/images.ts'
import { says } from '../support/upstream/answer.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { sharedGateway } from './shared-gateway.ts'
import { weatherModel } from './weather.ts'

/** Where `scripts/test.sh` puts the Python clients when there is a Python. */
const python = resolve('node_modules/.python/bin/python')

function model(request: UpstreamRequest) {
  const { body } = request
  if (body.tools?.some(({ name }) => name === 'weather')) return weatherModel(request)
  return body.text?.format ? says('{"colour":', '"red"}') : says('Hel', 'lo.')
}

needing(
  'Python 3 with the packages openai and langchain-openai (scripts/test.sh installs them)',
  existsSync(python),
  () => {
    describe('Python clients', () => {
      const served = sharedGateway()

      it('openai and langchain-openai work, streamed and not, with an image, a schema, tools and errors', async () => {
        const { baseURL, apiKey, upstream } = served()
        upstream.answerAll(model)
        const { all } = await execa(python, [resolve('test/clients/clients.py'), baseURL, apiKey, png], {
          reject: false,
          all: true
        })
        expect(all).toBe('all is well')
      }, 60_000)
    })
  }
)
