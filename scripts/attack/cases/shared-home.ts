import { mute } from '../../../test/support/upstream/script.ts'
import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'

export const attack: Attack = {
  title: 'two gateways have one home',
  long: true,
  async run(start) {
    const first = await start()
    const second = await start({ beside: first })
    first.upstream.answerAll(mute)
    const begun = await ask(first, '/v1/responses', { body: { model: 'gpt-5.5', input: 'Go.', background: true } })
    const { id } = JSON.parse(begun.text) as { id: string }
    const seen = await ask(second, `/v1/responses/${id}`)
    const { status } = JSON.parse(seen.text) as { status?: string }
    await ask(first, `/v1/responses/${id}/cancel`, { method: 'POST' })
    return [
      holds(
        'a response that the one makes is in progress for the other',
        status === 'in_progress',
        status ?? String(seen.status)
      )
    ]
  }
}
