/**
 * Unix milliseconds by which waiting work is due: the machine's clock, but never behind what has passed since the process started. So
 * a clock that is set back makes nothing wait longer, and neither does a machine that slept, whose monotonic clock stood still. A clock
 * that is set ahead makes work due too early, which finds its limit still there and waits again.
 */
export const dueNow = (): number => Math.round(Math.max(Date.now(), performance.timeOrigin + performance.now()))
