/** Milliseconds. */
export interface ClientTimes {
  /** From the connection until `initialize` is answered: the TUI waits 10 s (codex-cli 0.169). */
  join: number
  /** For a closed connection to go away. */
  close: number
  /** For a side that takes nothing of what it is sent. */
  stall: number
  /** Between two pings. */
  ping: number
}

export const usualTimes: ClientTimes = { join: 9_000, close: 5_000, stall: 30_000, ping: 20_000 }
