import { expect, it } from 'vitest'
import { exposedMethods, insideMethods, isReachable } from '../../../src/codex/app-server/methods.ts'
import { installedMethods } from './installed-methods.ts'
import { refusedMethods } from '../../../src/codex/app-server/refused-methods.ts'

const parametersOf = installedMethods()
const refused = Object.values(refusedMethods).flat()

it('every method of the installed codex is exposed, used inside or refused, and only one of them', () => {
  const decided = [...Object.keys(exposedMethods), ...Object.keys(insideMethods), ...refused]
  expect(parametersOf.size).toBeGreaterThan(100)
  expect(decided.toSorted()).toEqual([...parametersOf.keys()].toSorted())
})

it.each(Object.entries(exposedMethods))(
  'every parameter of %s is the caller’s, forced or never sent',
  (method, row) => {
    expect([...row.caller, ...row.forced, ...row.never].toSorted()).toEqual(parametersOf.get(method)?.toSorted())
  }
)

it('what would give the machine away is not reachable, and neither is a method that nobody has looked at', () => {
  const dangerous = /^(?:fs|process|command|config|plugin|marketplace)\/|^account\/log(?:in|out)/
  const found = [...parametersOf.keys()].filter((method) => dangerous.test(method))
  expect(found.length).toBeGreaterThan(30)
  expect(found.filter(isReachable)).toEqual([])
  expect(refused.filter(isReachable)).toEqual([])
  expect(['thread/brandNew', 'constructor', ''].filter(isReachable)).toEqual([])
})
