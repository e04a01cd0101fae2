import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** What came of the mutants so far, one JSON line each: the tests write it, and a run that was stopped goes on from it. */
export type Result =
  | { is: 'trying' | 'survived' | 'stuck' | 'unsure'; mutant: number; file: string }
  | { is: 'killed'; mutant: number; file: string; test: string; timedOut?: boolean }
  | { is: 'failing' | 'slow'; file: string; test: string }
  /** All of a file has been done with tests that take so many milliseconds; what the slower ones reach. */
  | { is: 'done'; file: string; run: string; slow: number[] }

/** The results in the file at `path`; none where it is not there. */
export function resultsIn(path: string): Result[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Result)
}

/** Adds a result to the file at `path`. */
export function addResult(path: string, result: Result) {
  appendFileSync(path, `${JSON.stringify(result)}\n`)
}
