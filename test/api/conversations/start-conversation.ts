import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { conversation, itemPage } from '../../support/conversation-schemas.ts'
import { message, reasoning, turn } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { startResponses } from '../responses/start-responses.ts'
import type { StartedResponses } from '../responses/start-responses.ts'

export const say = (content: string) => ({ role: 'user', content })
export const pong = turn(...reasoning('r', 'hm'), ...message('m', 'pong'))

/** A home for what is stored, which is deleted when the test is over. */
export async function storedHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'conversations-'))
  onTestFinished(() => rm(home, { recursive: true }))
  return home
}

export async function serving(
  script: readonly Step[] | ((request: TurnRequest) => Iterable<Step>) = pong,
  home?: string
): Promise<StartedResponses> {
  return startResponses(script, { home: home ?? (await storedHome()) })
}

/** A conversation, and what can be asked of it. */
export async function begun(served: StartedResponses, ...items: object[]) {
  const { id } = conversation.parse(await (await served.request('POST', 'conversations', { items })).json())
  const ask = (input: string, more: object = {}) => served.post({ input, conversation: id, ...more })
  const all = async () =>
    itemPage.parse(await (await served.request('GET', `conversations/${id}/items?order=asc`)).json()).data
  const texts = async () =>
    (await all()).map((item) => {
      if (item.type !== 'message') return item.type
      const [part] = item.content
      return `${item.role}: ${part && 'text' in part ? part.text : ''}`
    })
  return { id, ask, items: all, texts }
}

/** What the last turn was asked for. */
export const requestOf = (served: StartedResponses) => served.engine.turns.at(-1)?.request
export const historyOf = (served: StartedResponses) =>
  (requestOf(served)?.history ?? []).map((item) => item.type === 'message' && item.content[0])
