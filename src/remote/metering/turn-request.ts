import type { TurnRequest, UserInput } from '../../turn/request.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** Who makes a turn begin. */
export interface Caller {
  /** The id of its principal. */
  owner: string
  /** The id of its API key, if it has one. */
  key?: string | undefined
}

export interface Asked extends Caller {
  workspace: string
  threadId: string
  /** Of `turn/start`, or of another method that begins a turn. */
  params: JsonObject
  /** The model of the thread, as far as known. */
  model?: string | undefined
}

/** What of a turn's parameters counts where turns are queued and accounted for. */
export function turnRequestFrom({ owner, key, workspace, threadId, params, model: usual }: Asked): TurnRequest {
  const { serviceTierForTurn, serviceTier = serviceTierForTurn } = params
  const model = modelIn(params) ?? usual
  return {
    thread: { kind: 'resume', id: threadId },
    ...{ workspace, owner, key, input: textsIn(params['input']) },
    ...(model !== undefined && { model }),
    ...((serviceTier === 'flex' || serviceTier === 'priority') && { serviceTier })
  }
}

/** A collaboration mode names a model, too, and wins (codex-cli 0.169). */
function modelIn({ model, collaborationMode: mode }: JsonObject): string | undefined {
  const settings = isJsonObject(mode) && isJsonObject(mode['settings']) ? mode['settings'] : {}
  return [settings['model'], model].find((one) => typeof one === 'string')
}

function textsIn(input: unknown): UserInput[] {
  const parts: unknown[] = Array.isArray(input) ? input : []
  return parts.flatMap((part): UserInput[] =>
    isJsonObject(part) && typeof part['text'] === 'string' ? [{ type: 'text', text: part['text'] }] : []
  )
}
