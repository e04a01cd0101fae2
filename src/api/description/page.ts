import type { DescribedAnswer, DescribedOperation, Description } from './document.ts'
import type { JsonSchema } from './json-schema.ts'
import { style } from './style.ts'
import { typeOf } from './type-text.ts'

/** The document as a page: plain HTML without a script, that loads nothing. */
export function documentationPage({ info, servers, paths }: Description): string {
  const base = servers[0]?.url ?? ''
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}${path.replaceAll(/[^a-z]+/g, '-')}`,
      name: `${method.toUpperCase()} ${base}${path}`,
      operation
    }))
  )
  const list = all.map(
    ({ id, name, operation }) =>
      `<li><a href="#${id}"><code>${escaped(name)}</code></a> ${marked(operation.summary)}</li>`
  )
  const sections = all.map(
    ({ id, name, operation }) =>
      `<section id="${id}"><h2><code>${escaped(name)}</code></h2>${sectionOf(operation)}</section>`
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)}</title><style>${style}</style></head>
<body>
<h1>${escaped(info.title)}</h1>
<p>${marked(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
<ul>${list.join('\n')}</ul>
${sections.join('\n')}
</body>
</html>
`
}

function sectionOf({ summary, security, parameters = [], requestBody, responses }: DescribedOperation): string {
  const body = requestBody?.content['application/json'].schema
  const answer = responses['200'] as DescribedAnswer
  const token = security ? 'Needs no token.' : 'Needs a token.'
  const rows = parameters.map(({ name, in: place, required, description = '', schema }) =>
    row(name, `${place}: ${typeOf(schema)}`, required, description)
  )
  return [
    `<p>${marked(summary)} ${token}</p>`,
    rows.length > 0 ? `<h3>Parameters</h3>${tableOf(rows)}` : '',
    body ? `<h3>Body</h3>${fieldsOf(body)}` : '',
    `<h3>Answer</h3><p>${marked(answer.description)} ${Object.keys(answer.content)
      .map((type) => `<code>${escaped(type)}</code>`)
      .join(' ')}</p>`,
    answer.content['application/json'] ? fieldsOf(answer.content['application/json'].schema) : ''
  ].join('\n')
}

/** A schema's fields as a table, and its JSON folded away below. */
function fieldsOf(schema: JsonSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    row(name, typeOf(field), schema.required?.includes(name) ?? false, field.description ?? '')
  )
  return `${tableOf(rows)}<details><summary>JSON schema</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`
}

const tableOf = (rows: string[]) => `<table>${rows.join('\n')}</table>`

function row(name: string, type: string, required: boolean, note: string): string {
  return `<tr><th scope="row"><code>${escaped(name)}</code>${required ? ' <small>required</small>' : ''}</th><td>${escaped(type)}</td><td>${marked(note)}</td></tr>`
}

/** A text in which `words` are code. */
const marked = (text: string) => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)
