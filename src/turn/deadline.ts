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
