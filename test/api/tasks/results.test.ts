import { describe, expect, it } from 'vitest'
import { answer, says } from '../../support/upstream/answer.ts'
import { failure, failures } from '../../support/upstream/failure.ts'
import { refuses } from '../../support/upstream/items.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import { sharedTasks } from './start-tasks.ts'

const rig = sharedTasks(says('Done.'))

const schema = {
  type: 'object',
  properties: { answer: { type: 'integer', minimum: 1 }, word: { type: 'string', pattern: '^[a-z]+$' } },
  required: ['answer', 'word'],
  additionalProperties: false
}
const held = () => {
  const { opened, open } = gate()
  rig().upstream.answerNext(heldAfter('response.created', says('Late.'), opened))
  return open
}

describe('the result of a task with a schema', () => {
  it('is the JSON that follows it', async () => {
    rig().upstream.answerNext(says('{"answer":7,"word":"seven"}'))
    expect(await rig().run({ prompt: 'Count.', schema })).toMatchObject({ result: { answer: 7, word: 'seven' } })
  })

  it('is asked for once more, in the same thread and with what is wrong', async () => {
    rig().upstream.answerNext(says('{"answer":0,"word":"NO"}'), says('{"answer":3,"word":"three"}'))
    const task = await rig().run({ prompt: 'Count.', schema })
    expect(task).toMatchObject({ status: 'succeeded', result: { answer: 3, word: 'three' } })
    const again = JSON.stringify(rig().upstream.requests.at(-1)!.body.input)
    expect(again).toMatch(/Count\..*\{\\"answer\\":0.*#\/answer.*#\/word/)
    expect(task.usage!.input_tokens).toBe(200)
  })

  it('is none where the second answer does not follow it either', async () => {
    rig().upstream.answerNext(says('{"answer":0,"word":"NO"}'), says('{"answer":"three"}'))
    const { count } = rig().upstream
    const task = await rig().run({ prompt: 'Count.', schema })
    expect(task).toMatchObject({ status: 'failed', result: null, error: { class: 'invalid_result' } })
    expect(rig().upstream.count - count).toBe(2)
  })
})

describe('a task fails as', () => {
  it('timeout when its time is over', async () => {
    const open = held()
    const task = await rig().run({ prompt: 'Wait.', timeoutSeconds: 1 })
    expect(task).toMatchObject({ status: 'failed', error: { class: 'timeout' } })
    open()
  })

  it('engine where the provider does', async () => {
    rig().upstream.answerNext(failures.modelNotFound)
    expect(await rig().run({ prompt: 'x' })).toMatchObject({ error: { class: 'engine', code: 'model_not_found' } })
  })

  it('refused where the model refuses, and invalid_result where it says nothing', async () => {
    rig().upstream.answerNext(answer([refuses('I will not.')]))
    expect(await rig().run({ prompt: 'x' })).toMatchObject({ error: { class: 'refused' } })
    rig().upstream.answerNext(says(''))
    expect(await rig().run({ prompt: 'x' })).toMatchObject({ error: { class: 'invalid_result' } })
  })
})

describe('a usage limit', () => {
  const usedUp = (inSeconds: number) =>
    failure(
      429,
      { message: 'The usage limit has been reached', type: 'usage_limit_reached', plan_type: 'plus' },
      {
        'x-codex-primary-used-percent': '100',
        'x-codex-primary-window-minutes': '300',
        'x-codex-primary-reset-at': String(Math.ceil(Date.now() / 1000) + inSeconds)
      }
    )

  it('ends a task, unless it waits until the limit is lifted', async () => {
    rig().upstream.answerNext(usedUp(600))
    expect(await rig().run({ prompt: 'x' })).toMatchObject({ status: 'failed', error: { class: 'limited' } })
    rig().upstream.answerNext(usedUp(2))
    const { id } = (await rig().call('POST', '', { prompt: 'Patience.', whenLimited: 'wait' })).body
    const waiting = await rig().until(id, 'waiting_for_reset')
    expect(Date.parse(waiting.resetsAt!) - Date.now()).toBeLessThan(3_500)
    expect(await rig().until(id, 'succeeded')).toMatchObject({ result: 'Done.', attempts: 2, resetsAt: null })
    expect((await rig().events(id)).map(({ event }) => event)).toEqual([
      'task.queued',
      'task.running',
      'task.waiting_for_reset',
      'task.running',
      'message',
      'task.succeeded'
    ])
  })
})
