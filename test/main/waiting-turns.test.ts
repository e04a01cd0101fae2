import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { post } from '../app/start-gateway.ts'
import { commandFolder } from '../support/command.ts'
import { processesLeftWith } from '../support/processes.ts'
import { startServe } from '../support/serve.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { startUpstream } from '../support/upstream/upstream.ts'

const tools = [{ type: 'function', function: { name: 'look_up', parameters: { type: 'object', properties: {} } } }]
const call = () => answer([functionCall('look_up', {})])
const [ada, eve] = ['ada', 'eve'].map((name) => ({ name, token: `cgw_the-token-of-${name}` }))
type User = typeof ada

it('a turn that waits ends with its owner’s token, and with the gateway', async () => {
  await using upstream = await startUpstream(call)
  await using folder = await commandFolder()
  const [workspace, tokens] = [join(folder.path, 'workspace'), join(folder.path, 'tokens')]
  await mkdir(workspace)
  const allow = (...users: User[]) =>
    writeFile(tokens, users.map((user) => `${user!.name} ${user!.token}\n`).join(''), { mode: 0o600 })
  await allow(ada, eve)
  await using gateway = await startServe(folder, [], {
    CODEX_GATEWAY_TOKEN_FILE: tokens,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-scripted',
    CODEX_WORKSPACE: workspace
  })
  const ask = async (user: User, messages: object[]) => {
    const headers = { authorization: `Bearer ${user!.token}` }
    const reply = await post(`${gateway.url}/v1/chat/completions`, { model: 'gpt-5.5', messages, tools }, headers)
    const { choices } = (await reply.json()) as { choices: [{ message: { tool_calls?: { id: string }[] } }] }
    return { turn: reply.headers.get('x-codex-turn'), message: choices[0].message }
  }
  const begin = async (user: User) => {
    const asked = { role: 'user', content: 'Look.' }
    const { message } = await ask(user, [asked])
    return [asked, message, { role: 'tool', tool_call_id: message.tool_calls![0]!.id, content: 'seen' }]
  }
  const reload = async (...users: User[]) => {
    await allow(...users)
    gateway.child.kill('SIGHUP')
    await expect.poll(() => gateway.log.filter(({ msg }) => msg.includes('reloaded')).length).toBe(++reloads)
  }
  let reloads = 0
  const loops = [await begin(ada), await begin(eve)] as const
  await reload(ada)
  await reload(ada, eve)
  upstream.answerAll(says('Seen.'))
  expect((await ask(ada, loops[0])).turn).toBe('resumed')
  expect((await ask(eve, loops[1])).turn).toBe('new')
  const metrics = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${ada!.token}` } })
  const counts = (await metrics.text()).match(/^codex_gateway_tool_results_total.*/gm)
  expect(counts).toEqual([
    'codex_gateway_tool_results_total{turn="resumed",reason=""} 1',
    'codex_gateway_tool_results_total{turn="new",reason="none_open"} 1'
  ])

  upstream.answerAll(call)
  await begin(eve)
  const stopped = performance.now()
  gateway.child.kill('SIGTERM')
  expect((await gateway.child).exitCode).toBe(0)
  expect(performance.now() - stopped).toBeLessThan(15_000) // not the 30 seconds that a running turn has
  expect(await processesLeftWith(folder.path)).toEqual([])
}, 60_000)
