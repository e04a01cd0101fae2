import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { runs } from '../../support/upstream/tool-calls.ts'
import { all, startAgents, untilNothingRuns } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

export interface EnvironmentsRig extends AgentsRig {
  /** The folder of all environments. */
  root: string
}

/** A gateway with environments, for all tests of a file. */
export function sharedEnvironments(settings: Record<string, string>): () => EnvironmentsRig {
  let rig: EnvironmentsRig
  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'environments-'))
    rig = { ...(await startAgents(says('Done.'), { CODEX_ENVIRONMENTS_DIR: root, ...settings })), root }
  })
  afterEach(() => untilNothingRuns(rig))
  afterAll(async () => {
    await rig[Symbol.asyncDispose]()
    await rm(rig.root, { recursive: true, force: true })
  })
  return () => rig
}

export const agent = { model: 'gpt-5.5' }
export const hosted = { type: 'openai_hosted' as const }

/** A file as it is sent. */
export const inline = (path: string, text: string) => ({
  type: 'inline' as const,
  path,
  data: Buffer.from(text).toString('base64')
})

/** Runs commands in a session with an environment, to the end of its turn. */
export async function runIn(rig: AgentsRig, commands: string[], more: object = {}) {
  const { sessions } = rig.agents()
  for (let left = commands.length; left >= 0; left--) rig.upstream.answerNext(runs(commands, says('Done.')))
  const made = await sessions.create({ environment: { ...hosted, ...more }, agent, input: 'Do it.', stream: true })
  const result = await made.finalResult()
  const session = result.turn.session_id
  const items = await all(sessions.items.list(session, { order: 'asc' }))
  const outputs = items.flatMap((item) => (item.type === 'command_execution' ? [item.output ?? ''] : []))
  return { result, session, outputs, items }
}
