import type { TurnPlan } from '../../../src/engines/app-server/thread/thread-request.ts'
import type { RunningOptions } from '../../../src/engines/app-server/turn/begin.ts'
import { RunningTurn } from '../../../src/engines/app-server/turn/turn.ts'
import { fakeConnection } from './fake-connection.ts'

export const planOf = (more: Partial<TurnPlan> = {}): TurnPlan => ({
  ...{ open: { method: 'thread/start', params: { config: {} } }, inject: [], start: { input: [] } },
  ...{ tools: undefined, mayWork: true, persistent: false },
  ...more
})
type Answers = Parameters<typeof fakeConnection>[0]

/** A turn that has started, and what it has asked of app-server since. */
export async function started(plan: Partial<TurnPlan> = {}, options: RunningOptions = {}, answers: Answers = {}) {
  const app = fakeConnection(answers)
  const turn = new RunningTurn(app.connection, planOf(plan), options)
  await turn.start(await turn.open())
  const begun = app.calls.splice(0)
  const complete = (status = 'completed') => app.says('turn/completed', { turn: { id: 'u', status, items: [] } })
  return { ...app, turn, begun, complete }
}
