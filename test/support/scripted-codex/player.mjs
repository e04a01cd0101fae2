// The executable: chooses what to do by argv, as codex does, and plays it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beginningOf, openRecord } from './record.mjs'
import { takeSignals } from './signals.mjs'
import { play } from './steps.mjs'

/** @param folder holds `scenario.json` and takes the records */
export async function main(folder) {
  const scenario = JSON.parse(readFileSync(join(folder, 'scenario.json'), 'utf8'))
  const argv = process.argv.slice(2)
  const kind = kindOf(argv, scenario.answers)
  const record = openRecord(folder, kind)
  record.write({
    type: 'started',
    kind,
    argv,
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    began: beginningOf(process.pid)
  })
  takeSignals(record)
  const steps =
    kind === 'question' ? scenario.answers[answerKey(argv, scenario.answers)] : nth(scenario[kind], record.number)
  await play(steps, { folder, record })
  process.exit(0)
}

const answerKey = (argv, answers) => Object.keys(answers).find((words) => argv.join(' ') === words)

function kindOf(argv, answers) {
  if (answerKey(argv, answers) !== undefined) return 'question'
  return argv.includes('app-server') ? 'app-server' : 'exec'
}

/** The steps of the nth run; the last ones serve for all that follow. */
const nth = (runs, number) => runs[Math.min(number, runs.length) - 1]
