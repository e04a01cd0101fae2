import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codexBinary } from '../../support/upstream/codex-home.ts'

interface Schema {
  definitions: Record<string, { properties?: Record<string, unknown> }>
  oneOf: { properties: { method: { enum: [string] }; params?: { $ref?: string } } }[]
}

/** What clients may ask of the installed app-server, as it describes that itself: methods, with the names of their parameters. */
export function installedMethods(): Map<string, string[]> {
  const { definitions, oneOf } = installedSchema()
  return new Map(
    oneOf.map(({ properties: { method, params } }) => {
      const name = params?.$ref?.split('/').at(-1) ?? ''
      return [method.enum[0], Object.keys(definitions[name]?.properties ?? {})]
    })
  )
}

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
