import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { isTurnEnd } from '../../src/turn/event.ts'
import { processesLeftWith, processesWith } from '../support/processes.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { failures } from '../support/upstream/failure.ts'
import { message } from '../support/upstream/items.ts'
import { heldAfter, mute } from '../support/upstream/script.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

/** An engine that runs the real codex on a scripted upstream. */
export interface EngineUnderTest extends AsyncDisposable {
  engine: Engine
  upstream: Upstream
  /** Text that the environment of every process of this engine holds. */
  mark: string
}

const text = (prompt: string) => ({ input: [{ type: 'text' as const, text: prompt }] })
const until = (events: AsyncIterable<TurnEvent>, holds: (event: TurnEvent) => boolean) =>
  take(events[Symbol.asyncIterator](), holds)

async function take(
  events: AsyncIterator<TurnEvent>,
  holds: (event: TurnEvent) => boolean
): Promise<AsyncIterator<TurnEvent>> {
  for (let next = await events.next(); !next.done; next = await events.next()) if (holds(next.value)) return events
  throw new Error('The turn ended before that')
}

async function all(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const list: TurnEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

const textOf = (events: TurnEvent[]) =>
  events.map((event) => ('delta' in event && event.item_type === 'agent_message' ? event.delta : '')).join('')

/** What every engine promises, shown with the real codex. */
export function engineContract(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`the ${name} engine`, () => {
    let test: EngineUnderTest
    beforeEach(async () => {
      test = await make()
    })
    afterEach(async () => {
      const { mark } = test
      await test[Symbol.asyncDispose]()
      expect(await processesLeftWith(mark)).toEqual([])
    })
    const never = new AbortController().signal
    const run = (prompt = 'Say hello.', signal = never) => test.engine.run(text(prompt), signal)

    it('ends a turn once, and last', async () => {
      const events = await all(run())
      expect(events.filter(isTurnEnd)).toHaveLength(1)
      expect(events.at(-1)).toMatchObject({
        type: 'turn.completed',
        usage: { input_tokens: 100, cached_input_tokens: 40, output_tokens: 20, reasoning_output_tokens: 5 }
      })
      expect(events.some(({ type }) => type === 'thread.started')).toBe(true)
    })

    it('emits all text in deltas, which the completed item repeats, and commentary as reasoning', async () => {
      test.upstream.answerAll(answer([message('I look.', 'commentary'), message(['One, ', 'two.'], 'final_answer')]))
      const events = await all(run())
      const texts = events.flatMap((event) =>
        event.type === 'item.completed' && 'text' in event.item ? [[event.item.type, event.item.text]] : []
      )
      expect([textOf(events), texts.join()]).toEqual(['One, two.', 'reasoning,I look.,agent_message,One, two.'])
    })

    it('throws nothing: a turn that goes wrong ends as failed, without a text of the upstream', async () => {
      test.upstream.answerAll(failures.badRequest)
      const events = await all(run())
      expect(events.at(-1)).toMatchObject({ type: 'turn.failed', error: { code: 'invalid_request' } })
      expect(JSON.stringify(events)).not.toMatch(/Unsupported parameter|127\.0\.0\.1/)
    })

    it('asks nobody when the signal is aborted before', async () => {
      expect(await all(run('', AbortSignal.abort('client')))).toMatchObject([
        { type: 'turn.interrupted', reason: 'client' }
      ])
      expect(test.upstream.count).toBe(0)
    })

    it('ends as interrupted, with the reason, when the signal aborts, and leaves the upstream', async () => {
      test.upstream.answerAll(mute)
      const abort = new AbortController()
      const events = all(run('', abort.signal))
      const request = await test.upstream.requested()
      abort.abort('timeout')
      expect((await events).at(-1)).toMatchObject({ type: 'turn.interrupted', reason: 'timeout' })
      expect(await request.ended).toBe('left')
    })

    it('stops the work when its reader leaves in the middle', async () => {
      const two = answer([message('First.'), message('Second.')])
      test.upstream.answerAll(heldAfter('response.output_item.done', two, new Promise(() => {}), 2))
      const events = await until(run(), ({ type }) => type === 'item.delta')
      await events.return?.()
      expect(await test.upstream.requests[0]?.ended).toBe('left')
    })

    it('ends a command that the model runs', async () => {
      test.upstream.answerAll(runs(`sleep 86399 # ${test.mark}`, says('Done.')))
      const abort = new AbortController()
      const events = run('', abort.signal)
      const reading = await until(
        events,
        (event) => event.type === 'item.started' && event.item.type === 'command_execution'
      )
      const running = () => processesWith('sleep 86399').filter((line) => line.includes(test.mark))
      await expect.poll(running).not.toEqual([])
      abort.abort('client')
      const rest: TurnEvent[] = []
      for (let next = await reading.next(); !next.done; next = await reading.next()) rest.push(next.value)
      expect(rest.at(-1)).toMatchObject({ type: 'turn.interrupted', reason: 'client' })
      await expect.poll(running).toEqual([])
    })

    it('gives each of several turns at once its own text', async () => {
      test.upstream.answerAll(({ userTexts }) =>
        says(...(userTexts.at(-1) ?? '').replace(/^USER: /, '').split(/(?= )/))
      )
      const asked = Array.from({ length: 4 }, (_, index) => `this is turn ${index}`)
      const answers = await Promise.all(asked.map(async (prompt) => textOf(await all(run(prompt)))))
      expect(answers).toEqual(asked)
    })

    it('passes on the model, the effort and the schema', async () => {
      test.upstream.answerAll(says('{"city":"Oslo"}'))
      const outputSchema = {
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
        additionalProperties: false
      }
      const events = await all(
        test.engine.run({ ...text('Where?'), model: 'gpt-5.6-sol', effort: 'low', outputSchema }, never)
      )
      expect(textOf(events)).toBe('{"city":"Oslo"}')
      const { body } = await test.upstream.requested()
      expect(body).toMatchObject({
        model: 'gpt-5.6-sol',
        reasoning: { effort: 'low' },
        text: { format: { type: 'json_schema', schema: outputSchema } }
      })
    })

    it('passes on an image, and the history', async () => {
      const url =
        'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
      const history = [
        { type: 'message' as const, role: 'user' as const, content: [{ type: 'text' as const, text: 'I am Ada.' }] },
        {
          type: 'message' as const,
          role: 'assistant' as const,
          content: [{ type: 'text' as const, text: 'Hello Ada.' }]
        }
      ]
      await all(
        test.engine.run(
          {
            input: [
              { type: 'text', text: 'Who is this?' },
              { type: 'image', url }
            ],
            history
          },
          never
        )
      )
      const request = await test.upstream.requested()
      expect(JSON.stringify(request.body.input)).toMatch(/I am Ada\..*Hello Ada\..*Who is this\?/s)
      expect(JSON.stringify(request.body.input)).toMatch(/"image_url":"data:image\/png;base64,/)
    })

    it('works again after a turn that was interrupted', async () => {
      test.upstream.answerNext(mute)
      const abort = new AbortController()
      const events = all(run('', abort.signal))
      await test.upstream.requested()
      abort.abort()
      await events
      expect(textOf(await all(run()))).toBe('Hello from upstream.')
    })
  })
}
