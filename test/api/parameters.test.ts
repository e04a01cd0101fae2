import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chatParameters } from '../../src/api/chat/parameters.ts'
import { completionsParameters } from '../../src/api/completions/parameters.ts'
import { absentPaths } from '../../src/openai/absent-paths.ts'
import { treatmentBy } from '../../src/http/parameters.ts'
import type { Parameter, ParameterTable, Treatment } from '../../src/http/parameters.ts'
import { responsesParameters } from '../../src/api/responses/parameters.ts'

const document = join(import.meta.dirname, '..', '..', 'docs', 'parameters.md')

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

/** A table cell: a bar would end it. */
const cell = (text: string) => text.replaceAll('|', '\\|')

const engines = [{ name: 'exec' }, { name: 'app-server', can: { tools: true } }]
const treatmentsOf = (row: Parameter) => engines.map((engine) => treatmentBy(engine, row)).join(' ')

const section = ([title, parameters]: (typeof columns)[number]) => `## ${title}

| Parameter | Treatment | Note |
|---|---|---|
${rows.flatMap(([treatment, exec, appServer]) => [...parameters].filter(([, row]) => treatmentsOf(row) === `${exec} ${appServer}`).map(([name, { note }]) => `| \`${name}\` | ${treatment} | ${cell(note)} |\n`)).join('')}`

const absent = `## Paths that are not served

Codex cannot do what these paths of OpenAI's API are for. They are answered with 404 \`unknown_url\`, which says the same as this table.

| Path | Instead |
|---|---|
${Object.entries(absentPaths)
  .map(([path, advice]) => `| \`${path}\` | ${cell(advice)} |\n`)
  .join('')}`

const text = `# Request parameters

How each OpenAI parameter is handled. \`GET /v1/capabilities\` returns the same for programs, with the values that are always accepted, such as \`logprobs: false\`. An ignored parameter has no effect and is named in the header \`x-ignored-parameters\`; \`CODEX_UNSUPPORTED_PARAMS=reject\` refuses it instead. A refused parameter is answered with status 400.

${columns.map(section).join('\n')}
${absent}`

it('every treatment has a row in the document', () => {
  const listed = rows.map(([, exec, appServer]) => `${exec} ${appServer}`)
  expect(
    columns
      .flatMap(([, parameters]) => [...parameters.values()].map(treatmentsOf))
      .filter((treatments) => !listed.includes(treatments))
  ).toEqual([])
})

/** Run with `-u` after a change of the parameters: it writes the document. */
it('docs/parameters.md is as the tables of parameters are', async () => {
  await expect(text).toMatchFileSnapshot(document)
})
