/**
 * Unix milliseconds that go on evenly while the process runs, whatever becomes of the machine's clock, so that setting it does not end a
 * task. A gateway that starts takes the clock as it then is. What waits for a time has another clock, `dueNow`: it may be early.
 */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now())
