import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { commandFolder } from '../../support/command.ts'
import { processesLeftWith } from '../../support/processes.ts'
import { startServe } from '../../support/serve.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { toolCall } from '../../support/upstream/tool-calls.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import { owner } from '../threads/start-threads.ts'
import type { Task } from './start-tasks.ts'

it('a gateway that is killed loses no task, and begins none again by itself', { timeout: 90_000 }, async () => {
  await using folder = await commandFolder()
  await mkdir(join(folder.path, 'workspace'))
  const { opened, open } = gate()
  const model: Answer = (request) => {
    const texts = request.userTexts.join(' ')
    if (/interrupted while/.test(texts)) return says('Finished.')
    if (/third/.test(texts)) return says('Third.')
    return request.toolOutputs.length === 0
      ? answer([toolCall(request, 'exec_command', { cmd: 'echo ran >> log' })])
      : heldAfter('response.created', says('Never.'), opened)
  }
  await using upstream = await startUpstream(model)
  const env = {
    CODEX_GATEWAY_TOKEN: owner,
    CODEX_WORKSPACE: join(folder.path, 'workspace'),
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-none',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_SANDBOX: 'danger-full-access',
    CODEX_TASK_CONCURRENCY: '2'
  }
  const call = async (base: string, path: string, body?: object): Promise<Task> => {
    const headers = {
      authorization: `Bearer ${owner}`,
      prefer: body ? '' : 'wait=30',
      ...(body && { 'content-type': 'application/json' })
    }
    const sent = body && { method: 'POST', body: JSON.stringify(body) }
    return (await (await fetch(`${base}/api/tasks${path}`, { headers, ...sent })).json()) as Task
  }
  const first = await startServe(folder, [], env)
  const never = await call(first.url, '', { prompt: 'The first.' })
  const safe = await call(first.url, '', { prompt: 'The second.', retry: 'safe' })
  const queued = await call(first.url, '', { prompt: 'The third.' })
  await upstream.requested(4) // both commands have run
  await first[Symbol.asyncDispose]()
  expect(await processesLeftWith(folder.path)).toEqual([])

  await using second = await startServe(folder, [], env)
  const ends = await Promise.all([never, safe, queued].map(({ id }) => call(second.url, `/${id}`)))
  expect(ends).toMatchObject([
    { status: 'failed', error: { class: 'interrupted' }, attempts: 1, result: null },
    { status: 'succeeded', result: 'Finished.', attempts: 2 },
    { status: 'succeeded', result: 'Third.', attempts: 1 }
  ])
  const resumed = upstream.requests.find(({ userTexts }) => /interrupted while/.test(userTexts.join(' ')))
  expect(resumed?.userTexts.join(' ')).toContain('The second.') // in its thread
  open()
})
