import type { Connection, ThreadListener } from '../../../src/codex/app-server/connection.ts'

/** A connection that notes its calls, and answers them by `answers`; what app-server says is the test's to say. */
export function fakeConnection(answers: Record<string, (params: object) => unknown> = {}) {
  const calls: string[] = []
  const sent: [string, object][] = []
  const listeners = new Map<string, ThreadListener>()
  const all: typeof answers = {
    'thread/start': () => ({ thread: { id: 't' } }),
    'turn/start': () => ({ turn: { id: 'u' } }),
    ...answers
  }
  const fake = {
    ...{ patience: { interrupt: 10_000 }, usable: true, retryAfter: () => undefined },
    usage: { opened: () => {}, interrupt: () => {} },
    async request(method: string, params: object) {
      calls.push(method)
      sent.push([method, params])
      return all[method]?.(params) ?? {}
    },
    listen(threadId: string, listener: ThreadListener) {
      listeners.set(threadId, listener)
      return () => listeners.delete(threadId)
    },
    clear: async (mark: string) => void calls.push(`clear ${mark}`),
    abandon: (threadId?: string) => void calls.push(`abandon ${threadId}`)
  }
  return {
    ...{ connection: fake as unknown as Connection, fake, calls, sent, listeners },
    says: (method: string, params: object = {}, threadId = 't') =>
      listeners.get(threadId)?.notified(method, { threadId, turnId: 'u', ...params })
  }
}
