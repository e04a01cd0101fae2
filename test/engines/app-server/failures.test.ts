import { describe, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { failsWith, failure, failures, rateLimited } from '../../support/upstream/failure.ts'
import { cutAfter } from '../../support/upstream/script.ts'
import type { Script } from '../../support/upstream/script.ts'
import { endOf, sharedAppServer } from './rig.ts'

const usedUp = failure(
  429,
  { message: 'The usage limit has been reached', type: 'usage_limit_reached', plan_type: 'plus' },
  {
    'x-codex-primary-used-percent': '100',
    'x-codex-primary-window-minutes': '300',
    'x-codex-primary-reset-at': String(Math.floor(Date.now() / 1000) + 600)
  }
)
const cases: [string, Script, string][] = [
  ['400', failures.badRequest, 'invalid_request'],
  ['a context that is too long', failures.contextLength, 'context_length_exceeded'],
  [
    'the same in the stream',
    failsWith('context_length_exceeded', 'Your input exceeds the context window of this model.'),
    'context_length_exceeded'
  ],
  ['401', failures.unauthorized, 'upstream_auth'],
  ['403', failures.forbidden, 'upstream_auth'],
  ['404', failures.modelNotFound, 'model_not_found'],
  ['429', rateLimited(), 'rate_limited'],
  ['a used-up quota', failures.quota, 'usage_limit_exceeded'],
  ['a used-up plan', failures.usageLimit, 'usage_limit_exceeded'],
  ['500', failures.server, 'upstream_error'],
  ['503', failures.overloaded, 'overloaded'],
  ['a response that fails', failsWith('server_error', 'The model failed.'), 'upstream_error'],
  ['a refused prompt', failsWith('invalid_prompt', 'No.'), 'upstream_error'],
  ['an early end', cutAfter('response.output_text.delta', says('Hel', 'lo'), 'end'), 'upstream_error'],
  ['a dropped stream', cutAfter('response.output_text.delta', says('Hel', 'lo'), 'drop'), 'upstream_error']
]

describe('an upstream that fails with', () => {
  const rig = sharedAppServer()

  it.each(cases)('%s ends the turn, with a message of the gateway only', async (_title, script, code) => {
    rig().upstream.answerAll(script)
    const events = await rig().run()
    expect(endOf(events)).toMatchObject({
      type: 'turn.failed',
      error: { code, message: expect.stringMatching(/^[A-Z].*\.$/) as string }
    })
    const theirs = JSON.stringify(script.pieces).match(/\\"message\\":\\"(.*?)\\"/)?.[1]
    const text = JSON.stringify(events)
    if (theirs !== undefined) expect(text).not.toContain(theirs)
    expect(text).not.toMatch(/127\.0\.0\.1|https?:/)
  })

  it('a used-up account has the time until it is reset', async () => {
    rig().upstream.answerAll(usedUp)
    const end = endOf(await rig().run())
    expect(end).toMatchObject({ type: 'turn.failed', error: { code: 'usage_limit_exceeded' } })
    const seconds = end.type === 'turn.failed' ? end.error.retry_after : undefined
    expect(seconds).toBeGreaterThan(500)
    expect(seconds).toBeLessThanOrEqual(600)
  })

  it('a text that codex finds too long is a context that is too long', async () => {
    const text = 'x'.repeat(1_048_577)
    expect(endOf(await rig().run({ input: [{ type: 'text', text }] }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'context_length_exceeded' }
    })
  })
})
