import { mute } from '../../../test/support/upstream/script.ts'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { otherToken } from '../gateway.ts'

export const attack: Attack = {
  title: 'one token fills the queue and the store with responses in the background',
  async run(start, brief) {
    const gateway = await start()
    const stored = await ask(gateway, '/v1/responses', {
      as: otherToken,
      body: { model: 'gpt-5.5', input: 'Store this.' }
    })
    const { id } = JSON.parse(stored.text) as { id: string }
    gateway.upstream.answerAll(mute)
    const body = { model: 'gpt-5.5', input: 'Go.', background: true }
    const statuses = new Map<number, number>()
    const count = brief ? 200 : 10_300
    for (let at = 0; at < count; at += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => ask(gateway, '/v1/responses', { body })))
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    const again = await ask(gateway, `/v1/responses/${id}`, { as: otherToken })
    const shown = [...statuses].map(([status, times]) => `${times} × ${status}`).join(', ')
    const accepted = statuses.get(200) ?? 0
    return [
      holds(
        `${count} requests in the background: those beyond the queue are refused with 429`,
        accepted <= 18 && accepted + (statuses.get(429) ?? 0) === count,
        shown
      ),
      holds('what another token has stored is still there', again.status === 200, String(again.status))
    ]
  }
}
