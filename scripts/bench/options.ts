import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Target } from './client.ts'
import { model } from './setting.ts'

export const usage = `Measures the gateway beside codex by hand, in one run, on a scripted model API that answers at once.

  ./scripts/bench.sh [--quick] [--only ROWS] [--out FOLDER] [--document] [--base FOLDER] [--against URL [--token T] [--model M]] [--model-port PORT]

  --quick         a minute instead of less than eight
  --only          names of rows, separated by commas: exec, exec-at-once, app-server, app-server-at-once, ledger, stored, threads, agents, tool-loop, open-turns, streams, remote, remote-bytes, brokered, brokered-codex, memory, alone, against, base, clients, history
  --out           where the figures go, as text, JSON and a plot; bench/ by default
  --document      writes the tables into docs/benchmark.md too
  --base          another checkout of this gateway, built, to measure beside this one: nothing may be more than 3 % slower here
  --against       another OpenAI-compatible gateway to measure beside this one, without /v1
  --model-port    the port of the scripted model API, http://127.0.0.1:PORT/v1, so that the other gateway's codex can be pointed at it

It exits with 1 where a figure misses its target or cannot be measured, and names it.
`

export interface Options {
  quick: boolean
  /** Names of rows; undefined: all. */
  only?: Set<string>
  out: string
  document: boolean
  /** The folder of another checkout. */
  base?: string
  against?: Target
  /** 0 takes a free one. */
  modelPort: number
}

/** Undefined when only help is wanted. */
export function optionsFrom(argv: string[]): Options | undefined {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: flag,
      document: flag,
      help: flag,
      only: text,
      out: text,
      base: text,
      against: text,
      token: text,
      model: text,
      'model-port': text
    }
  })
  if (values.help) return undefined
  const against = values.against?.replace(/(\/v1)?\/*$/, '')
  return {
    quick: values.quick,
    document: values.document,
    out: values.out ?? 'bench',
    modelPort: Number(values['model-port'] ?? 0),
    ...(values.base !== undefined && { base: resolve(values.base) }),
    ...(values.only !== undefined && { only: new Set(values.only.split(',')) }),
    ...(against !== undefined && {
      against: {
        url: against,
        model: values.model ?? model,
        ...(values.token !== undefined && { token: values.token })
      }
    })
  }
}
