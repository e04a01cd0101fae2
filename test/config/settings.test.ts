import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { configFrom } from '../../src/config/config.ts'
import { settings } from '../../src/config/settings.ts'

const project = join(import.meta.dirname, '..', '..')
const inProject = (file: string) => readFileSync(join(project, file), 'utf8')
const entries = Object.entries(settings)

const example = `# The settings of Codex Gateway and their defaults. scripts/serve.sh creates .env from this file, with a new token.
# Variables of the environment override .env. An empty value means unset.

${entries.map(([name, setting]) => `# ${setting.about}\n${name}=${setting.default}\n`).join('\n')}`

/** Run with `-u` after a change of `src/config/settings.ts`: it writes `.env.example`. */
describe('the settings', () => {
  it('are all in .env.example, with their defaults', async () => {
    await expect(example).toMatchFileSnapshot(join(project, '.env.example'))
  })

  it('mean the same in .env.example as unset', () => {
    expect(configFrom(parse(inProject('.env.example')))).toEqual(configFrom({}))
  })
})
