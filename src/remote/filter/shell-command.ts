import { randomUUID } from 'node:crypto'
import { madeUpTurn } from './made-up-turn.ts'
import { isJsonObject } from '../../turn/json-object.ts'

/** What the TUI sends for `!command`: it would run outside of any sandbox. */
export const shellCommand = 'thread/shellCommand'

const sentence = 'Commands typed with ! do not run through this gateway. Ask Codex to run it.'

/**
 * Tells a client that its command failed, in a turn of its own. A refusal would end the TUI, and without a turn's end it would
 * keep all further input waiting (codex-cli 0.169).
 */
export function toldAsFailed(id: unknown, params: unknown): object[] {
  const { threadId, command } = isJsonObject(params) ? params : {}
  const { now, begun: turn } = madeUpTurn()
  const about = { threadId, turnId: turn.id }
  const item = {
    ...{
      type: 'commandExecution',
      id: randomUUID(),
      command: typeof command === 'string' ? command : '',
      cwd: '/',
      processId: null
    },
    ...{ source: 'userShell', status: 'inProgress', commandActions: [], aggregatedOutput: null },
    ...{ exitCode: null, durationMs: null }
  }
  const failedItem = { ...item, status: 'failed', aggregatedOutput: sentence, exitCode: 1, durationMs: 0 }
  const ended = { ...turn, status: 'completed', completedAt: now, durationMs: 0 }
  return [
    { id, result: {} },
    { method: 'turn/started', params: { threadId, turn } },
    { method: 'item/started', params: { ...about, item, startedAtMs: now * 1000 } },
    { method: 'item/completed', params: { ...about, item: failedItem, completedAtMs: now * 1000 } },
    { method: 'turn/completed', params: { threadId, turn: ended } }
  ]
}
