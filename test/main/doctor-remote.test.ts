import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { ScriptedCodex } from '../support/scripted-codex/scripted-codex.ts'

describe('codex-gateway doctor, with remote clients', () => {
  /** The services of an operator: their path says what they do. */
  const services = createServer(({ url }, response) => {
    response.statusCode = url === '/down' ? 500 : url === '/strict' ? 401 : 200
    const vouched = { client: 'ada', workspaces: ['default'], scopes: ['api'], expires_in: 60 }
    response.end(JSON.stringify(url === '/trusting' ? vouched : { token: 'fetched-token', expires_in: 60 }))
  })
  let folder: CommandFolder
  let codex: ScriptedCodex
  beforeAll(async () => {
    services.listen(0, '127.0.0.1')
    await once(services, 'listening')
    codex = await scriptedCodex({})
    folder = await commandFolder()
    await Promise.all(['workspace', 'conf'].map((name) => mkdir(join(folder.path, name))))
    await writeFile(join(folder.path, 'conf', 'secret'), `${'s'.repeat(40)}\n`, { mode: 0o600 })
  }, 60_000)
  afterAll(async () => {
    services.closeAllConnections()
    services.close()
    await codex[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const doctor = async (env: Record<string, string>) => {
    const secret = join(folder.path, 'conf', 'secret')
    const { stdout } = await folder.run(['doctor'], {
      ...{ CODEX_BIN: codex.path, CODEX_WORKSPACE: join(folder.path, 'workspace'), CODEX_JWT_SECRET_FILE: secret },
      ...{ CODEX_TOKEN_VERIFIER_SECRET_FILE: secret, CODEX_MODEL_TOKEN_SECRET_FILE: secret },
      ...{ CODEX_REMOTE: '1', CODEX_REMOTE_SANDBOX: 'read-only' },
      ...{ CODEX_API_BASE_URL: 'http://provider.example/v1', HTTP_PROXY: 'http://127.0.0.1:9' }, // so no turn is tried
      ...env
    })
    expect(stdout).toMatch(/^✓ JWTs: 1 secret\(s\), the shortest with 40 bytes$/m)
    expect(stdout).toMatch(/^(✓|!) remote TUIs: .*at most read-only/m)
    expect(stdout).not.toMatch(/ssss|fetched-token/)
    return stdout
  }
  const at = (path: string) => `http://127.0.0.1:${(services.address() as AddressInfo).port}${path}`

  it('finds verifier, store and model token in order, and who bounds the TUIs', async () => {
    const stdout = await doctor({
      CODEX_TOKEN_VERIFIER_URL: at('/strict'),
      CODEX_MODEL_TOKEN_URL: at('/tokens'),
      CODEX_HOMES_STORE: join(folder.path, 'store')
    })
    expect(stdout).toMatch(/^✓ the verifier of tokens at http:\S+ answers, and refuses a token that nobody has$/m)
    expect(stdout).toMatch(/^✓ workspace default: a token for the model provider, for 60 s$/m)
    expect(stdout).toMatch(/^✓ threads of remote TUIs are saved in /m)
  }, 60_000)

  it('says what is wrong with each', async () => {
    const stdout = await doctor({
      CODEX_TOKEN_VERIFIER_URL: at('/trusting'),
      CODEX_MODEL_TOKEN_URL: at('/down'),
      CODEX_HOMES_STORE: join(folder.path, 'conf', 'secret', 'store')
    })
    expect(stdout).toMatch(
      /^✗ the verifier of tokens at http:\S+ accepts a token that nobody has: everybody is let in$/m
    )
    expect(stdout).toMatch(
      /^✗ workspace default: no token for the model provider: the service answered 500\n {4}See http:/m
    )
    expect(stdout).toMatch(/^✗ the folder \S+\/store cannot be used: ENOTDIR.*\n {4}See CODEX_HOMES_STORE/m)
  }, 60_000)
})
