import { NobodyListens } from '../broker/broker.ts'
import type { Mail } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'
import { workerBeatFrom } from '../wire/messages.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'

export interface NamedWorker {
  mail: Mail
  subjects: Subjects
  name: string
  /** This life of it. */
  run: string
  /** Called when another worker turns out to have the same name, and this one is to give way. */
  onSameName: () => void
}

/**
 * A worker that is there already gives a sign of life every second. Of two that start at once, one gives way. Rejects with a
 * `GatewayError` where the name is taken.
 */
export async function checkName({ mail, subjects, name, run, onSameName }: NamedWorker): Promise<void> {
  let hasOther = false
  let isStarted = false
  mail.listen(subjects.workerBeat(name), (message) => {
    const other = workerBeatFrom(message)?.run ?? run
    if (other === run) return
    hasOther = true
    if (isStarted && run > other) onSameName()
  })
  await new Promise((resolve) => setTimeout(resolve, times.ping))
  isStarted = true
  if (!hasOther || !(await answers(mail, subjects.worker(name)))) return
  const message = `There is a worker called ${name} already. Set CODEX_WORKER_NAME to another name.`
  throw new GatewayError('conflict', message)
}

/** A beat may have waited in the broker until after its worker had ended: only one that listens is there. */
function answers(mail: Mail, subject: string): Promise<boolean> {
  return mail.request(subject, { do: 'ping' }, times.take).then(
    () => true,
    (error: unknown) => !(error instanceof NobodyListens)
  )
}
