import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { toolCall } from '../../support/upstream/tool-calls.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { startReceiver } from '../../webhooks/receiver.ts'
import type { Receiver } from '../../webhooks/receiver.ts'
import { startTasks } from './start-tasks.ts'
import type { TasksRig } from './start-tasks.ts'

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const token = 'ghp_0123456789-of-the-deployment'
const file = `
[[tasks]]
name = "changelog"
prompt = "Write a changelog since {{since}}."
parameters.since = { type = "string", pattern = '^v\\d+$' }
schema = { type = "object", properties = { text = { type = "string" } }, required = ["text"], additionalProperties = false }
timeout_seconds = 60
max_active = 1
`
let folder: string
let receiver: Receiver
let rig: TasksRig
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'templates-'))
  await writeFile(join(folder, 'tasks.toml'), file, { mode: 0o600 })
  receiver = await startReceiver()
  rig = await startTasks(says('{"text":"News."}'), {
    CODEX_TASKS_FILE: join(folder, 'tasks.toml'),
    CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}`,
    CODEX_WEBHOOK_SECRET: secret
  })
})
afterAll(async () => {
  await rig[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

describe('a task of a template', () => {
  it('has its parameters checked, and reports its end as the official SDK verifies it', async () => {
    const body = { parameters: { since: 'v7' }, webhook: receiver.url }
    const made = await rig.call('POST', '/changelog', body, { prefer: 'wait=30' })
    expect(made).toMatchObject({ status: 200, body: { template: 'changelog', result: { text: 'News.' }, error: null } })
    expect(made.headers.get('preference-applied')).toBe('wait=30')
    expect(JSON.stringify(rig.upstream.requests.at(-1)!.body)).toContain('Write a changelog since v7.')
    await expect.poll(() => receiver.received).toHaveLength(1)
    const { body: sent, headers } = receiver.received[0]!
    const event = await new OpenAI({ apiKey: 'x' }).webhooks.unwrap(sent, headers, secret)
    expect(event).toMatchObject({ type: 'task.succeeded', data: { id: made.body.id } })
  })

  it('is refused with the parameter at fault, and beyond the operator’s bound', async () => {
    expect((await rig.call('POST', '/changelog', { since: 'now' })).body.error).toMatchObject({ param: 'since' })
    expect((await rig.call('POST', '/changelog', {})).body.error).toMatchObject({ param: 'since' })
    expect(await rig.call('POST', '/nothing', {})).toMatchObject({
      status: 404,
      body: { error: { param: 'template' } }
    })
    const both = await Promise.all([1, 2].map(() => rig.call('POST', '/changelog', { since: 'v1' })))
    expect(both.map(({ status }) => status).toSorted()).toEqual([202, 429])
    expect(both.find(({ status }) => status === 429)!.headers.get('retry-after')).toBe('10')
    await rig.until(both.find(({ status }) => status === 202)!.body.id, 'succeeded')
  })
})

describe('a deployment', () => {
  const deploys: Answer = (request) =>
    request.toolOutputs.length === 0
      ? answer([toolCall(request, 'exec_command', { cmd: 'printf "%s" "$GITHUB_TOKEN" | wc -c' })])
      : says(
          JSON.stringify({
            status: 'succeeded',
            image: 'ghcr.io/o/n:1',
            template: 'node',
            message: `With ${token}.`,
            error: null
          })
        )

  it('has the routes and fields that it always had, and its token in no prompt and no file', async () => {
    rig.upstream.answerNext(deploys, deploys)
    const { count } = rig.upstream
    const made = await rig.call('POST', '/brain/deployments', { githubToken: token, repository: 'o/n', branch: 'main' })
    const { threadId } = made.body as unknown as { threadId: string }
    expect([made.status, made.body]).toEqual([202, { threadId, status: 'running' }])
    await rig.until(threadId, 'succeeded')
    const { body } = await rig.call('GET', `/brain/deployments/${threadId}`)
    const fields = {
      threadId,
      status: 'succeeded',
      image: 'ghcr.io/o/n:1',
      template: 'node',
      message: 'With ***.',
      error: null
    }
    expect(body).toEqual(fields)
    const requests = rig.upstream.requests.slice(count)
    expect(JSON.stringify(requests.map((request) => request.body))).not.toContain(token)
    expect(JSON.stringify(requests.at(-1)!.body.input.at(-1))).toContain(String(token.length))
    for (const path of (await rig.files()).filter((one) => !one.includes('.codex-threads/sessions')))
      expect(
        await readFile(join(rig.home, path))
          .then((text) => text.includes(token))
          .catch(() => false)
      ).toBe(false)
  })

  it('is refused with the field at fault, and not found where it is none', async () => {
    const at = async (body: object) => (await rig.call('POST', '/brain/deployments', body)).body.error.param
    expect(await at({ repository: 'o/n' })).toBe('githubToken')
    expect(await at({ githubToken: token, repository: 'o' })).toBe('repository')
    expect(await at({ githubToken: token, repository: 'o/n', branch: '-x' })).toBe('branch')
    const { id } = await rig.run({ prompt: 'Something else.' })
    expect((await rig.call('GET', `/brain/deployments/${id}`)).status).toBe(404)
  })
})
