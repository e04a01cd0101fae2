/**
 * Unix milliseconds by which records expire. A clock that is set ahead while the process runs does not move it, for what was
 * deleted by mistake does not come back when the clock is right again; one that is set back does.
 */
export function expiryClock(): number {
  return Math.floor(Math.min(Date.now(), performance.timeOrigin + performance.now()))
}
