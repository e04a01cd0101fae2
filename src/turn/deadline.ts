/** Whether `promise` settles within so many milliseconds, and before `signal` aborts. Leaves no timer and no listener behind. */
export async function within(milliseconds: number, promise: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return false
  let give = (_settled: boolean) => {}
  const gaveUp = new Promise<boolean>((resolve) => (give = resolve))
  const late = () => give(false)
  const timer = setTimeout(late, milliseconds)
  signal?.addEventListener('abort', late, { once: true })
  const settled = promise.then(
    () => true,
    () => true
  )
  try {
    return await Promise.race([settled, gaveUp])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', late)
  }
}

/** What `promise` resolves to, unless `signal` is aborted first: then it rejects with its reason. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => {}) // nobody waits for it where the signal was aborted before
  signal.throwIfAborted()
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

export interface AdmissionOptions {
  signal: AbortSignal
  /** Milliseconds to wait at most. */
  patience: number
  /** Why nobody was admitted in that time. */
  late: () => Error
}

/**
 * Waits in a list until `admit` is called: resolves to what its argument returns. Rejects with `late`, or with the signal's
 * reason, also when `leave` is called. `join` enters the list, and returns how to get out of it.
 */
export function untilAdmitted<T>(
  { signal, patience, late }: AdmissionOptions,
  join: (admit: (take: () => T) => void, leave: () => void) => () => void
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal))
    const settle = (end: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      quit()
      end()
    }
    const leave = () => settle(() => reject(abortError(signal)))
    const timer = setTimeout(() => settle(() => reject(late())), patience)
    signal.addEventListener('abort', leave, { once: true })
    const quit = join((take) => settle(() => resolve(take())), leave)
  })
}

const abortError = ({ reason }: AbortSignal): Error =>
  reason instanceof Error ? reason : new Error('aborted', { cause: reason })
