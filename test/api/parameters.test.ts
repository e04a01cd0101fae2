import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chatParameters } from '../../src/api/chat/parameters.ts'
import { completionsParameters } from '../../src/api/completions/parameters.ts'
import type { ParameterTable, Treatment } from '../../src/openai/parameters.ts'
import { responsesParameters } from '../../src/api/responses/parameters.ts'

const readme = join(import.meta.dirname, '..', '..', 'README.md')

const columns: [string, ParameterTable][] = [
  ['Chat completions', chatParameters],
  ['Responses', responsesParameters],
  ['Completions', completionsParameters]
]
const rows: [string, Treatment, Treatment][] = [
  ['honoured', 'honoured', 'honoured'],
  ['honoured by app-server', 'refused', 'honoured'],
  ['ignored', 'ignored', 'ignored'],
  ['refused', 'refused', 'refused']
]

const names = (table: ParameterTable, exec: Treatment, appServer: Treatment) =>
  [...table]
    .flatMap(([name, { by }]) => (by.exec === exec && by['app-server'] === appServer ? `\`${name}\`` : []))
    .join(', ')

const table = `| | ${columns.map(([title]) => title).join(' | ')} |
|${'---|'.repeat(columns.length + 1)}
${rows.map(([title, exec, appServer]) => `| ${title} | ${columns.map(([, parameters]) => names(parameters, exec, appServer)).join(' | ')} |\n`).join('')}`

it('every treatment has a row in the README', () => {
  const told = rows.map(([, exec, appServer]) => `${exec} ${appServer}`)
  expect(
    columns
      .flatMap(([, parameters]) => [...parameters.values()].map(({ by }) => `${by.exec} ${by['app-server']}`))
      .filter((treatments) => !told.includes(treatments))
  ).toEqual([])
})

/** Run with `-u` after a change of the parameters: it writes the README anew. */
it('the table of parameters in the README tells of them as they are', async () => {
  const around = readFileSync(readme, 'utf8').split(/(?<=<!-- parameters -->\n)[^]*(?=<!-- end of parameters -->)/)
  expect(around).toHaveLength(2)
  await expect(around.join(table)).toMatchFileSnapshot(readme)
})
