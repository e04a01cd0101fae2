import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exposedMethods, insideMethods, isReachable } from '../../../src/codex/app-server/methods.ts'
import { refusedMethods } from '../../../src/codex/app-server/refused-methods.ts'
import { codexBinary } from '../../support/upstream/codex-home.ts'

interface Schema {
  definitions: Record<string, { properties?: Record<string, unknown> }>
  oneOf: { properties: { method: { enum: [string] }; params?: { $ref?: string } } }[]
}

/** What clients may ask of the installed app-server, as it describes that itself. */
const { definitions, oneOf } = installedSchema()
const parametersOf = new Map(
  oneOf.map(({ properties: { method, params } }) => {
    const name = params?.$ref?.split('/').at(-1) ?? ''
    return [method.enum[0], Object.keys(definitions[name]?.properties ?? {})]
  })
)
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

function installedSchema(): Schema {
  const folder = mkdtempSync(join(tmpdir(), 'methods-'))
  try {
    const args = ['app-server', 'generate-json-schema', '--out', folder, '--experimental']
    execFileSync(codexBinary, args, { env: { HOME: folder, CODEX_HOME: folder }, stdio: 'ignore' })
    return JSON.parse(readFileSync(join(folder, 'ClientRequest.json'), 'utf8')) as Schema
  } finally {
    rmSync(folder, { recursive: true })
  }
}
