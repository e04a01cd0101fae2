import type { Mutant } from './mutants.ts'
import { resultsIn } from './results.ts'

/** Prints the mutants that are not killed, and the figures by folder. Returns how many are killed. */
export function report(mutants: readonly Mutant[], from: readonly number[], path: string, folders: readonly string[]) {
  const results = resultsIn(path)
  const killers = new Map(results.flatMap((one) => (one.is === 'killed' ? [[one.mutant, one] as const] : [])))
  const tried = new Set(results.flatMap((one) => ('mutant' in one ? [one.mutant] : [])))
  const slow = new Set(results.flatMap((one) => (one.is === 'done' ? one.slow : [])))
  const unsure = new Set(results.flatMap((one) => (one.is === 'unsure' ? [one.mutant] : [])))
  const outcome = (number: number) => {
    if (killers.has(number)) return killers.get(number)?.timedOut ? 'timed out' : 'killed'
    if (unsure.has(number)) return 'unsure'
    if (tried.has(number)) return 'survived'
    return slow.has(number) ? 'only slow tests' : 'not reached'
  }
  const shown = ({ file, line, original, replacement }: Mutant) =>
    `${file}:${line}  ${[original, replacement].map((code) => code.replace(/\s+/g, ' ')).join('  →  ')}`

  for (const number of from)
    if (!killers.has(number)) console.log(`${outcome(number)}: ${shown(mutants[number] as Mutant)}`)
  for (const file of new Set(results.flatMap((one) => (one.is === 'failing' ? [`${one.file}: ${one.test}`] : []))))
    console.log(`left out, fails without a mutant: ${file}`)
  const row = (numbers: readonly number[]) => {
    const counts: Record<string, number | string> = { mutants: numbers.length, killed: 0, 'timed out': 0 }
    for (const is of ['survived', 'unsure', 'only slow tests', 'not reached']) counts[is] = 0
    for (const number of numbers) counts[outcome(number)] = Number(counts[outcome(number)]) + 1
    const killed = numbers.filter((number) => killers.has(number)).length
    return { ...counts, 'detected %': ((killed * 100) / numbers.length).toFixed(1) }
  }
  const table = folders.map((name) => [name, from.filter((number) => mutants[number]?.file.startsWith(`${name}/`))])
  const shownRows = table.filter(([, numbers]) => (numbers as number[]).length > 0) as [string, number[]][]
  console.table(Object.fromEntries([...shownRows, ['all', from] as const].map(([name, own]) => [name, row(own)])))
  return from.filter((number) => killers.has(number)).length
}
