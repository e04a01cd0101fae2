import { expect, it } from 'vitest'
import { namedPrincipal } from '../../src/access/principal.ts'
import { uncountedRefusal } from '../../src/app/uncounted.ts'
import type { Rule } from '../../src/ledger/limits/rule.ts'
import type { ShareSettings } from '../../src/ledger/fair-share.ts'
import { limitFrom } from '../../src/turn/limit.ts'

const limit = limitFrom('10 requests a day')
if (!limit) throw new Error('it is a limit')
const ruleOf = (subject: string, on_limit: Rule['on_limit'] = 'stop'): Rule => ({ subject, limit, on_limit })
const one = namedPrincipal('one', {})
const withKey = { ...one, key: { id: 'k1', name: 'ci' } }

const isRefused = (
  rules: Rule[],
  principal = one,
  { path = '/api/turn/start', method = 'POST', shares = undefined as ShareSettings | undefined } = {}
) => uncountedRefusal({ rules: () => rules, shares }, { method, path, principal }) !== undefined

it('those whose turns a limit would stop have none where it does not count', () => {
  for (const subject of ['*', 'principal:one', 'principal:*', 'workspace:default'])
    expect([subject, isRefused([ruleOf(subject)])]).toEqual([subject, true])
  for (const subject of ['principal:two', 'key:k1', 'key:*'])
    expect([subject, isRefused([ruleOf(subject)])]).toEqual([subject, false])
  expect(isRefused([ruleOf('key:k1', 'finish')], withKey)).toBe(true)
  expect(isRefused([ruleOf('*', 'warn')])).toBe(false)
  expect(isRefused([], { ...withKey, key: { ...withKey.key, models: ['small'] } })).toBe(true)
  expect(isRefused([], one, { shares: { free: 50, weights: {} } })).toBe(true)
})

it('what spends nothing is open to them', () => {
  const spends = (path: string, method = 'POST') => isRefused([ruleOf('*')], one, { path, method })
  for (const path of ['/agents/sessions', '/agents/sessions/a/events', '/agents/automations/a/invocations'])
    expect([path, spends(path)]).toEqual([path, true])
  for (const path of ['/api/Turn', '/api/turn/steer', '/api/review/start', '/api/sessions/a/turn'])
    expect([path, spends(path)]).toEqual([path, true])
  for (const path of ['/api/turn/interrupt', '/api/sessions/a/turn/interrupt', '/api/sessions', '/files', '/agents'])
    expect([path, spends(path)]).toEqual([path, false])
  expect(spends('/agents/sessions', 'GET')).toBe(false)
})
