import type { Parameter, ParameterTable } from './parameters.ts'

/** What the description of the API says of each parameter. */
export function fieldNotes(table: ParameterTable): Record<string, string> {
  return Object.fromEntries([...table].map(([name, row]) => [name, `${treatmentText(row)} ${row.note}`]))
}

function treatmentText({ by: { exec, 'app-server': appServer }, harmless = [] }: Parameter): string {
  const text = exec === appServer ? exec : `${appServer} by app-server, ${exec} by exec`
  const accepted =
    text === 'refused' && harmless.length > 0
      ? ` but for ${harmless.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}`
      : ''
  return `${text[0]?.toUpperCase()}${text.slice(1)}${accepted}.`
}
