import type { AttackedGateway } from './gateway.ts'

/** One figure that a case measured. */
export interface Finding {
  /** What was measured, with its limit: `growth of memory, under 60 MB`. */
  what: string
  /** The value, with its unit; and why it was not judged, if so. */
  value: string
  /** `undefined`: this machine was too busy to judge it. */
  held: boolean | undefined
}

/** What a file in `cases` exports as `attack`. */
export interface Attack {
  /** What is done to the gateway, in a sentence. */
  title: string
  /** `start` starts a gateway, which is stopped when the case is over. */
  run: (start: () => Promise<AttackedGateway>) => Promise<Finding[]>
}
