import type { AttackedGateway, GatewayOptions } from './gateway.ts'

/** One figure that a case measured. */
export interface Finding {
  /** What was measured, with its limit: `growth of memory, under 60 MB`. */
  what: string
  /** The value, with its unit; and why it was not judged, if so. */
  value: string
  /** `undefined`: this machine was too busy to judge it, or cannot show it. */
  held: boolean | undefined
}

/** Starts a gateway, which is stopped when the case is over. */
export type Start = (options?: GatewayOptions) => Promise<AttackedGateway>

/** What a file in `cases` exports as `attack`. */
export interface Attack {
  /** What is done to the gateway, in a sentence. */
  title: string
  /** The outcome depends on who the gateway runs as and on what of /proc it sees, so it is repeated in every place of `places.ts`. */
  everywhere?: true
  /** It takes seconds even in its brief form, so the tests leave it out; most of these have tests of their own. */
  long?: true
  /** `brief`: with so few repetitions that all cases take a minute together. */
  run: (start: Start, brief: boolean) => Promise<Finding[]>
}

/** A finding about something that either happened or did not. */
export function holds(what: string, held: boolean, value: string = held ? 'yes' : 'no'): Finding {
  return { what, value, held }
}

/** A finding about a number that must stay below a limit. */
export function below(what: string, value: number, limit: number, unit: string): Finding {
  return {
    what: `${what}, under ${limit} ${unit}`,
    value: `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`,
    held: value < limit
  }
}
