import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it } from 'vitest'
import { configFrom } from '../../src/config/config.ts'
import { settings } from '../../src/config/settings.ts'

const project = join(import.meta.dirname, '..', '..')
const inProject = (file: string) => readFileSync(join(project, file), 'utf8')
const entries = Object.entries(settings)

const example = `# The settings of Codex Gateway and their defaults. scripts/serve.sh makes .env of this file, with a token of its own.
# What is set in the environment wins over .env. An empty value means unset.

${entries.map(([name, setting]) => `# ${setting.about}\n${name}=${setting.default}\n`).join('\n')}`

const table = `| Variable | Default | |
|---|---|---|
${entries.map(([name, setting]) => `| \`${name}\` | ${setting.default && `\`${setting.default}\``} | ${setting.about} |\n`).join('')}`

/** Run with `-u` after a change of `src/settings.ts`: it writes both files anew. */
describe('the settings', () => {
  it('are told by .env.example as they are', async () => {
    await expect(example).toMatchFileSnapshot(join(project, '.env.example'))
  })

  it('are told by the table in the README as they are', async () => {
    const around = inProject('README.md').split(/(?<=<!-- settings -->\n)[^]*(?=<!-- end of settings -->)/)
    expect(around).toHaveLength(2)
    await expect(around.join(table)).toMatchFileSnapshot(join(project, 'README.md'))
  })

  it('mean the same in .env.example as unset', () => {
    expect(configFrom(parse(inProject('.env.example')))).toEqual(configFrom({}))
  })
})
