import { expect, it } from 'vitest'
import { WithheldText } from '../../../src/engines/app-server/turn/withheld-text.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

const delta = (text: string): TurnEvent => ({
  type: 'item.delta',
  item_id: 'm',
  item_type: 'agent_message',
  delta: text
})

it('a text before a call that must come is withheld up to a bound, and what is beyond it is dropped', () => {
  const withheld = new WithheldText()
  const large = 'x'.repeat(1_048_570)
  expect([delta('ab'), delta(large), delta('too long')].map((event) => withheld.add(event))).toEqual([true, true, true])
  expect(withheld.add({ type: 'turn.started' })).toBe(false)
  expect(withheld.take()).toEqual([delta(`ab${large}`)])
  expect(withheld.add(delta('again'))).toBe(true)
  expect(withheld.take()).toEqual([delta('again')])
})

it('a text that is withheld may fill the bound, and not go beyond it by a character', () => {
  const withheld = new WithheldText()
  const full = delta('x'.repeat(1_048_576))
  for (const event of [full, delta('y')]) withheld.add(event)
  expect(withheld.take()).toEqual([full])
})
