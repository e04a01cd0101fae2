import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { locateCodex } from '../../src/codex/binary/locate.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { toolSteps } from './recorded.ts'
import { sharedGateway } from './shared-gateway.ts'

const served = sharedGateway({ CODEX_UNSUPPORTED_PARAMS: 'ignore-all' })

it('the Codex CLI is a client: its commands run where it runs, and its tool loop is one turn', async () => {
  const home = await mkdtemp(join(tmpdir(), 'client-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const { baseURL, apiKey, upstream } = served()
  await writeFile(
    join(home, 'config.toml'),
    `model = "assistant"
model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "${baseURL}"
env_key = "GATEWAY_TOKEN"
wire_api = "responses"`
  )
  upstream.answerAll(({ body, tools }) => {
    const outputs = body.input.filter(({ type }) => type === 'function_call_output')
    const { name } = tools.find((tool) => tool.name?.includes('exec_command')) ?? {}
    if (outputs.length === 4 || name === undefined) return says(`${outputs.length} commands.`)
    return answer([functionCall(name, { cmd: `echo step ${outputs.length} in $CODEX_HOME` })])
  })
  const before = served().answers.length
  const args = ['exec', '--json', '--skip-git-repo-check', '-s', 'danger-full-access', 'Go on.']
  const env = { CODEX_HOME: home, GATEWAY_TOKEN: apiKey }
  const { stdout } = await execa((await locateCodex(undefined)).path, args, { env, cwd: home, input: '' })
  for (const text of [`step 3 in ${home}`, '"4 commands."']) expect(stdout).toContain(text)
  expect(toolSteps(served().answers.slice(before))).toEqual({ resumed: 4, new: 0 })
})
