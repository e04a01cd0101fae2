import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needing } from '../support/left-out.ts'
import { says } from '../support/upstream/answer.ts'
import { sharedGateway } from './shared-gateway.ts'

/** Where `scripts/generated-clients.sh` puts them. */
const bin = resolve('node_modules/.generators/bin')

needing(
  'Python 3 with openapi-spec-validator and openapi-python-client (scripts/generated-clients.sh installs them)',
  existsSync(join(bin, 'openapi-python-client')),
  () => {
    describe('the description of the API, for generators', () => {
      const served = sharedGateway()
      const options = { all: true, reject: false, env: { PATH: [bin, process.env['PATH']].join(delimiter) } } as const
      let folder = ''
      let document = ''
      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'generated-'))
        document = join(folder, 'openapi.json')
        await writeFile(document, await (await fetch(`${served().baseURL}/openapi.json`)).text())
      })
      afterAll(() => rm(folder, { recursive: true, force: true }))

      it('is valid OpenAPI 3.1', async () => {
        const { all } = await execa(join(bin, 'python'), ['-m', 'openapi_spec_validator', document], options)
        expect(all).toBe(`${document}: OK`)
      }, 60_000)

      it('makes a Python client that works, without a warning', async () => {
        const { baseURL, apiKey, upstream } = served()
        upstream.answerAll(says('Hello.'))
        const output = join(folder, 'generated')
        const generator = [
          'generate',
          '--path',
          document,
          '--output-path',
          output,
          '--meta',
          'none',
          '--fail-on-warning'
        ]
        expect(await execa(join(bin, 'openapi-python-client'), generator, options)).toMatchObject({ exitCode: 0 })
        const program = [resolve('test/clients/generated.py'), folder, baseURL, apiKey]
        expect((await execa(join(bin, 'python'), program, options)).all).toBe('all is well')
      }, 120_000)
    })
  }
)
