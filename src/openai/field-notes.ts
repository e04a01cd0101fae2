import type { ParameterTable } from './parameters.ts'

/** What the description of the API says of each parameter. */
export function fieldNotes(table: ParameterTable): Record<string, string> {
  return Object.fromEntries([...table].map(([name, { by, note }]) => [name, `${treatmentText(by.exec, by['app-server'])} ${note}`]))
}

function treatmentText(exec: string, appServer: string): string {
  const text = exec === appServer ? exec : `exec: ${exec}; app-server: ${appServer}`
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
