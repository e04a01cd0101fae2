import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Texts } from '../../../src/engines/app-server/turn/texts.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

function telling() {
  const said: TurnEvent[] = []
  const texts = new Texts((event) => said.push(event), false)
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
  const heard = () => said.map((event) => (event.type === 'item.delta' ? event.delta : '')).join('')
  const whole = () =>
    said.flatMap((event) =>
      event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text] : []
    )
  return { texts, attempt, heard, whole, said }
}

describe('texts of a response that is torn', () => {
  it('are told once, wherever and how often it is torn, when the model says the same again', () => {
    const messages = fc.array(fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b') }), {
      minLength: 1,
      maxLength: 3
    })
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 24 }), { maxLength: 4 }), (texts, tears) => {
        const told = telling()
        for (const [number, upTo] of tears.entries()) {
          told.attempt(number, texts, upTo)
          told.texts.torn()
        }
        told.attempt(tears.length, texts)
        told.texts.settled()
        expect(told.heard()).toBe(texts.join(''))
        expect(told.whole()).toEqual(texts)
        const ids = new Set(told.said.flatMap((event) => (event.type === 'item.delta' ? [event.item_id] : [])))
        expect(ids.size).toBe(texts.length)
      }),
      { numRuns: 2_000 }
    )
  })

  it('go on with the rest when the model has been told what was whole', () => {
    const told = telling()
    told.attempt(0, ['First.', 'Sec'], 10)
    told.texts.torn()
    told.attempt(1, ['Second.'])
    told.texts.settled()
    expect(told.whole()).toEqual(['First.', 'Second.'])
    expect(told.heard()).toBe('First.Second.')
  })

  it('fail when what was cut off does not come again', () => {
    const told = telling()
    told.attempt(0, ['First.'], 3)
    told.texts.torn()
    expect(() => told.texts.settled()).toThrow('second answer')
  })
})
