import type { Subjects } from '../wire/subjects.ts'

/** `f`: a front end, `w`: a worker. */
export type Role = 'f' | 'w'

/** Subjects that a role publishes on and subscribes to; each stands for all that its permissions in `scripts/deploy/nats.conf` allow. */
export interface RoleSubjects {
  publish: readonly string[]
  subscribe: readonly string[]
}

/** What a role must be allowed to do. `id` is that of the one who tries. */
export function neededBy(role: Role, subjects: Subjects, id: string): RoleSubjects {
  const inbox = `_INBOX_${role}.${id}.>`
  if (role === 'f')
    return {
      publish: [
        ...[subjects.worker(id), subjects.peer(id), subjects.frontBeat(id), subjects.any, subjects.all],
        ...[subjects.ticket(id), subjects.store, subjects.claim(id), subjects.permits('place').subject(id)],
        ...[
          subjects.home(id),
          subjects.permits('share').subject(id),
          '$JS.API.INFO',
          `$JS.API.STREAM.INFO.${subjects.stream}`
        ]
      ],
      subscribe: [inbox, subjects.front(id), subjects.peer(id), subjects.workerBeats, subjects.frontBeats]
    }
  return {
    publish: [
      ...[subjects.front(id), subjects.workerBeat(id)],
      `$JS.API.CONSUMER.MSG.NEXT.${subjects.stream}.${subjects.consumer}`
    ],
    subscribe: [inbox, subjects.worker(id), subjects.any, subjects.all, subjects.frontBeats, subjects.workerBeat(id)]
  }
}

/** What a role must not be allowed to do, for it is the other's: with it, one machine that is broken into would have all of them. */
export function forbiddenTo(role: Role, subjects: Subjects, id: string): RoleSubjects {
  if (role === 'f') return { publish: [], subscribe: [subjects.worker(id), subjects.any, subjects.all] }
  return {
    publish: [
      ...[subjects.ticket(id), subjects.store, subjects.claim(id), subjects.permits('place').subject(id)],
      ...[
        subjects.permits('share').subject(id),
        subjects.home(id),
        subjects.worker(id),
        subjects.peer(id),
        subjects.all,
        subjects.frontBeat(id)
      ],
      ...['store', 'claims', 'homes', 'line'].flatMap((name) => apis(subjects.named(name))),
      '$JS.API.INFO'
    ],
    subscribe: [subjects.front(id), subjects.peer(id), subjects.store, subjects.tickets, '_INBOX_f.>']
  }
}

/** Reads of a stream. Their bodies are empty, so that none does anything where it is allowed; an empty PURGE or DELETE would. */
const apis = (stream: string) =>
  ['STREAM.INFO', 'STREAM.MSG.GET', 'CONSUMER.CREATE', 'DIRECT.GET'].map((api) => `$JS.API.${api}.${stream}`)
