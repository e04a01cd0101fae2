import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { needing } from '../support/left-out.ts'
import { png } from '../support/images.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'
import { programModel } from './weather.ts'

/** Where `scripts/test.sh` puts the Python clients when there is a Python. */
const python = resolve('test/clients/.python/bin/python')

needing(
  'Python 3 with the packages openai and langchain-openai (scripts/test.sh installs them)',
  existsSync(python),
  () => {
    describe('Python clients', () => {
      const served = sharedGateway({ CODEX_WEBHOOK_HOSTS: '127.0.0.1' })

      it('openai and langchain-openai work, streamed and not, with an image, a schema, tools, errors, and in the background', async () => {
        const { baseURL, apiKey, upstream } = served()
        upstream.answerAll(programModel)
        const { all } = await execa(python, [resolve('test/clients/clients.py'), baseURL, apiKey, png], {
          reject: false,
          all: true
        })
        expect(all).toBe('all is well')
        const { resumed, new: begun } = toolSteps(served().answers)
        expect([resumed > 0, begun]).toEqual([true, 0])
      }, 60_000)
    })
  }
)
