import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { runs, toolCall } from '../../support/upstream/tool-calls.ts'
import { sharedTasks } from './start-tasks.ts'

const rig = sharedTasks(says('Done.'), { CODEX_TASK_ENV: 'DEPLOY_SECRET,OTHER_TOKEN' })

const held = () => {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.created', says('Late.'), opened))
  return open
}

describe('a task', () => {
  it('is answered before it runs, and has its result in the end', async () => {
    const { status, headers, body } = await rig().call('POST', '', { prompt: 'Say it.' })
    expect([status, body.status, headers.get('location')]).toEqual([202, 'queued', `/api/tasks/${body.id}`])
    const ended = await rig().until(body.id, 'succeeded')
    expect(ended).toMatchObject({ result: 'Done.', error: null, attempts: 1, usage: { input_tokens: 100 } })
    const events = await rig().events(body.id)
    expect(events.map(({ event }) => event)).toEqual(['task.queued', 'task.running', 'message', 'task.succeeded'])
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4])
    expect(await rig().events(body.id, 3)).toEqual(events.slice(-1))
  })

  it('takes its message in parts, as other routes of OpenAI’s do', async () => {
    const input = [
      { type: 'text', text: 'one' },
      { role: 'user', content: [{ type: 'input_text', text: 'two' }] }
    ]
    await rig().run({ input })
    expect(JSON.stringify(rig().upstream.requests.at(-1)!.body.input)).toMatch(/one.*two/)
  })

  it('is another’s business alone where it is another’s', async () => {
    const { id } = await rig().run({ prompt: 'Mine.' })
    const stranger = 'cgw_the-other-token-of-these-tests'
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['POST', '/cancel'],
      ['DELETE', '']
    ] as const)
      expect((await rig().call(method, `/${id}${path}`, undefined, {}, stranger)).status).toBe(404)
    expect((await rig().call('GET', '', undefined, {}, stranger)).body.data).toEqual([])
  })

  it('is listed with the newest first, by status and in pages', async () => {
    const ids = [await rig().run({ prompt: 'a' }), await rig().run({ prompt: 'b' })].map(({ id }) => id)
    const first = await rig().call('GET', '?limit=1&status=succeeded')
    expect(first.body.data.map(({ id }) => id)).toEqual([ids[1]])
    const second = await rig().call('GET', `?limit=1&cursor=${first.body.nextCursor}`)
    expect(second.body.data.map(({ id }) => id)).toEqual([ids[0]])
    expect((await rig().call('GET', '?status=done')).body.error).toMatchObject({ param: 'status' })
  })

  it('is ended by a cancellation, and gone after its deletion', async () => {
    const open = held()
    const { id } = (await rig().call('POST', '', { prompt: 'Wait.' })).body
    await rig().until(id, 'running')
    const cancelled = await rig().call('POST', `/${id}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'failed', error: { class: 'cancelled' }, result: null })
    expect((await rig().call('DELETE', `/${id}`)).body).toEqual({ id, deleted: true })
    expect((await rig().call('GET', `/${id}`)).status).toBe(404)
    open()
  })

  it('is made once for one idempotency key, also when its deadline is over', async () => {
    const deadline = new Date(Date.now() + 1_500).toISOString()
    const body = { prompt: 'Once.', idempotencyKey: 'key-1', deadline }
    const first = await rig().call('POST', '', body)
    await rig().until(first.body.id, 'succeeded')
    await expect.poll(() => Date.now() > Date.parse(deadline), { timeout: 5_000 }).toBe(true)
    const again = await rig().call('POST', '', { deadline, idempotencyKey: 'key-1', prompt: 'Once.' })
    expect([again.status, again.body.id]).toEqual([202, first.body.id])
    const other = await rig().call('POST', '', { ...body, prompt: 'Twice.' })
    expect([other.status, other.body.error.param]).toEqual([409, 'idempotencyKey'])
    expect((await rig().call('POST', '', { prompt: 'Late.', deadline })).body.error.param).toBe('deadline')
  })

  it('names the field at fault', async () => {
    const at = async (body: object) => {
      const { status, body: answered } = await rig().call('POST', '', body)
      return [status, answered.error.param]
    }
    expect(await at({})).toEqual([400, 'prompt'])
    expect(await at({ prompt: 'x', env: { PATH: '/tmp' } })).toEqual([400, 'env'])
    expect(await at({ prompt: 'x', schema: { type: 'object', properties: { a: { pattern: '(' } } } })).toEqual([
      400,
      'schema'
    ])
    expect(await at({ prompt: 'x', files: [{ name: '../a', content: '' }] })).toEqual([400, 'files[0].name'])
    expect(await at({ prompt: 'x', webhook: 'https://example.com/' })).toEqual([400, 'webhook'])
    expect(await at({ prompt: 'x', deadline: 'tomorrow' })).toEqual([400, 'deadline'])
    expect(await at({ prompt: 'x', workspace: 'nowhere' })).toEqual([404, expect.anything()])
  })
})

describe('the secrets of a task', () => {
  const secret = 'hunter2-"q&\\-correct'
  const encoded = Buffer.from(`x${secret}y`).toString('base64')

  it('reach its commands alone, and what they print of them is not shown', async () => {
    const show =
      'printf "%s" "$DEPLOY_SECRET" | wc -c; printf "<%s>" "$DEPLOY_SECRET"; printf "x%sy" "$DEPLOY_SECRET" | base64 -w0'
    rig().upstream.answerNext(runs(show, says('unused')), says(`It is ${secret}, or ${encoded}.`))
    const env = { DEPLOY_SECRET: secret, OTHER_TOKEN: 'another-secret-value' }
    const task = await rig().run({ prompt: 'Use it.', env })
    const [first, second] = rig().upstream.requests.slice(-2)
    expect(JSON.stringify(first!.body)).not.toContain('hunter2')
    expect(JSON.stringify(first!.body)).toContain('DEPLOY_SECRET, OTHER_TOKEN')
    expect(JSON.stringify(second!.body.input.at(-1))).toContain(`${secret.length}\\n`) // the command had it
    expect(task.result).toMatch(/^It is \*\*\*, or .{0,3}\*\*\*.{0,4}\.$/)
    expect(JSON.stringify(await rig().events(task.id))).not.toContain('hunter2')
    expect(JSON.stringify(await rig().events(task.id))).toContain('<***>')
  })

  it('are in no file of the gateway’s, not even while it waits', async () => {
    const open = held()
    const running = await rig().call('POST', '', {
      prompt: 'Wait.',
      env: { OTHER_TOKEN: 'a-secret-in-no-file-at-all' }
    })
    await rig().until(running.body.id, 'running')
    const found: string[] = []
    for (const path of await rig().files()) {
      const content = await readFile(join(rig().home, path)).catch(() => Buffer.alloc(0))
      if (content.includes('a-secret-in-no-file')) found.push(path)
    }
    expect(found).toEqual([])
    open()
    await rig().until(running.body.id, 'succeeded')
  })
})

describe('the files of a task', () => {
  it('can be read by its commands, and are gone afterwards', async () => {
    rig().upstream.answerNext((request) => {
      const [folder] = /\/\S+\/task-files\/task_\w+/.exec(JSON.stringify(request.body.input)) ?? []
      return answer([toolCall(request, 'exec_command', { cmd: `cat ${folder}/a.txt ${folder}/b.bin` })])
    })
    const files = [
      { name: 'a.txt', content: 'first' },
      { name: 'b.bin', data: Buffer.from('second').toString('base64') }
    ]
    await rig().run({ prompt: 'Read them.', files })
    expect(JSON.stringify(rig().upstream.requests.at(-1)!.body.input.at(-1))).toContain('firstsecond')
    await expect.poll(() => readdir(join(rig().home, 'task-files'))).toEqual([])
  })
})
