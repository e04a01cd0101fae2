/** A record whose work is not over: its owner and its id. */
export interface JobName {
  owner: string
  id: string
}

export interface NewJob {
  /** Where it is done, and with which model: what a usage limit is for. */
  workspace: string
  model: string
  /** The mark of the gateway that does it. */
  worker: string
  begun: boolean
}

export interface FoundJob {
  /** Undefined where it waits. */
  worker: string | undefined
  /** It may have had effects. */
  begun: boolean
  /** Until when it waits, in Unix milliseconds. */
  readyAt: number
}
