import { ask } from '../ask.ts'
import { holds } from '../case.ts'
import type { Attack } from '../case.ts'
import { otherToken } from '../gateway.ts'

export const attack: Attack = {
  title: 'a token tries the responses of another',
  async run(start) {
    const gateway = await start()
    const body = { model: 'gpt-5.5', input: 'Secret of the other.' }
    const stored = await ask(gateway, '/v1/responses', { as: otherToken, body })
    const { id } = JSON.parse(stored.text) as { id: string }
    const tries: [what: string, path: string, asked: { method?: string; body?: unknown }][] = [
      ['reads it', `/v1/responses/${id}`, {}],
      ['lists its input', `/v1/responses/${id}/input_items`, {}],
      ['cancels it', `/v1/responses/${id}/cancel`, { method: 'POST' }],
      ['deletes it', `/v1/responses/${id}`, { method: 'DELETE' }],
      ['continues it', '/v1/responses', { body: { ...body, input: 'What was it?', previous_response_id: id } }],
      ['refers to its items', '/v1/responses', { body: { ...body, input: [{ type: 'item_reference', id: 'msg_1' }] } }]
    ]
    const findings = []
    for (const [what, path, asked] of tries) {
      const { status, text } = await ask(gateway, path, asked)
      findings.push(
        holds(`${what}: no`, (status === 404 || status === 400) && !text.includes('Secret'), String(status))
      )
    }
    const own = await ask(gateway, `/v1/responses/${id}`, { as: otherToken })
    return [...findings, holds('its owner still has it', own.status === 200, String(own.status))]
  }
}
