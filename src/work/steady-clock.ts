/**
 * Unix milliseconds that go on evenly while the process runs, whatever becomes of the machine's clock: what waits for a time neither
 * begins too early nor waits for ever. A gateway that starts takes the clock as it then is.
 */
export const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now())
