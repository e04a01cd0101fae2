import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Texts } from '../../../src/engines/app-server/turn/texts.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

function newTexts() {
  const events: TurnEvent[] = []
  const texts = new Texts((event) => events.push(event), { schema: false, discardable: false })
  const attempt = (number: number, messages: string[], upTo = Infinity) => {
    let left = upTo
    for (const [place, text] of messages.entries()) {
      const id = `m${number}-${place}`
      if (left-- <= 0) return
      texts.started({ kind: 'message', id, text: '' })
      for (const letter of text) {
        if (left-- <= 0) return
        texts.delta(id, letter)
      }
      if (left-- <= 0) return
      texts.completed({ kind: 'message', id, text })
    }
  }
  const deltas = () => events.map((event) => (event.type === 'item.delta' ? event.delta : '')).join('')
  const completed = () =>
    events.flatMap((event) =>
      event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text] : []
    )
  return { texts, attempt, deltas, completed, events }
}

describe('texts of a response whose stream breaks', () => {
  it('are emitted once, wherever and how often it breaks, when the model repeats them', () => {
    const messages = fc.array(fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b') }), {
      minLength: 1,
      maxLength: 3
    })
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 24 }), { maxLength: 4 }), (texts, breaks) => {
        const response = newTexts()
        for (const [number, upTo] of breaks.entries()) {
          response.attempt(number, texts, upTo)
          response.texts.streamBroke()
        }
        response.attempt(breaks.length, texts)
        response.texts.responseCompleted()
        expect(response.deltas()).toBe(texts.join(''))
        expect(response.completed()).toEqual(texts)
        const ids = new Set(response.events.flatMap((event) => (event.type === 'item.delta' ? [event.item_id] : [])))
        expect(ids.size).toBe(texts.length)
      }),
      { numRuns: 2_000 }
    )
  })

  it('continue with the rest when the model was sent what was complete', () => {
    const response = newTexts()
    response.attempt(0, ['First.', 'Sec'], 10)
    response.texts.streamBroke()
    response.attempt(1, ['Second.'])
    response.texts.responseCompleted()
    expect(response.completed()).toEqual(['First.', 'Second.'])
    expect(response.deltas()).toBe('First.Second.')
  })

  it('are emitted once when their end comes twice', () => {
    const response = newTexts()
    response.attempt(0, ['First.'])
    response.texts.completed({ kind: 'message', id: 'm0-0', text: 'First.' })
    response.attempt(1, ['Second.'])
    expect(response.completed()).toEqual(['First.', 'Second.'])
    expect(response.deltas()).toBe('First.Second.')
  })

  it('fail when what was cut off does not come again', () => {
    const response = newTexts()
    response.attempt(0, ['First.'], 3)
    response.texts.streamBroke()
    expect(() => response.texts.responseCompleted()).toThrow('second answer')
  })
})
