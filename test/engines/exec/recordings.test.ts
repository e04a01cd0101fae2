import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { turnEventFromExec } from '../../../src/engines/exec/event.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { isTurnEnd } from '../../../src/turn/event.ts'

const folder = join(import.meta.dirname, '../../fixtures/exec')
const recordings = readdirSync(folder).map((file) => file.replace('.jsonl', ''))

function eventsIn(recording: string): TurnEvent[] {
  return readFileSync(join(folder, `${recording}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const event = turnEventFromExec(line)
      if (event === undefined) throw new Error(`No event is made of ${line}`)
      return event
    })
}

const endCode = (recording: string) => {
  const end = eventsIn(recording).find(isTurnEnd)
  return end?.type === 'turn.failed' ? end.error.code : end?.type
}

describe('the output of the real exec', () => {
  it.each(recordings)('%s: every line is an event, every item of a kind we know, and there is one end', (recording) => {
    const events = eventsIn(recording)
    expect(events.filter(isTurnEnd)).toHaveLength(/incomplete|content-filter/.test(recording) ? 2 : 1) // its `error` line too
    expect(
      events.flatMap((event) => ('item' in event && event.item.type === 'unknown' ? [event.item.original] : []))
    ).toEqual([])
  })

  it.each([
    ['http-bad-request', 'invalid_request'],
    ['http-context-length', 'context_length_exceeded'],
    ['http-forbidden', 'upstream_auth'],
    ['http-model-not-found', 'model_not_found'],
    ['http-overloaded', 'overloaded'],
    ['http-quota', 'usage_limit_exceeded'],
    ['http-rate-limited', 'rate_limited'],
    ['http-server', 'upstream_error'],
    ['http-unauthorized', 'upstream_auth'],
    ['http-usage-limit', 'usage_limit_exceeded'],
    ['http-502-html', 'upstream_error'],
    ['drop', 'upstream_error'],
    ['response-failed', 'upstream_error'],
    ['response-failed-context-length', 'context_length_exceeded'],
    ['response-failed-rate-limit', 'rate_limited'],
    ['response-incomplete', 'turn.completed'],
    ['response-content-filter', 'turn.completed'],
    ['retried-500', 'turn.completed'],
    ['text', 'turn.completed']
  ])('%s ends as %s', (recording, code) => {
    expect(endCode(recording)).toBe(code)
  })

  it('leaves an item of a new kind unchanged', () => {
    const item = { id: 'item_9', type: 'hologram', depth: 3 }
    expect(turnEventFromExec(JSON.stringify({ type: 'item.completed', item }))).toEqual({
      type: 'item.completed',
      item: { id: 'item_9', type: 'unknown', original: item }
    })
  })

  it.each(['', 'not json', '[]', '7', 'null', '{"type":"new.kind"}', '{"type":7}', '\ufeff{}'])(
    'makes nothing of %j',
    (line) => {
      expect(turnEventFromExec(line)).toBeUndefined()
    }
  )
})
