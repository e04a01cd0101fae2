import { failedWith } from '../turn/contract.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnEvent } from '../turn/event.ts'

/**
 * Interrupts a turn whose answer has more than `maxChars` characters (UTF-16), reasoning and arguments of tool calls included,
 * and lets it fail: a model that never ends would fill the memory of the gateway, and of codex, within seconds. `engine` is contracted.
 */
export function answerLimited(engine: Engine, maxChars: number): Engine {
  const run: RunTurn = async function* (request, signal) {
    let left = maxChars
    for await (const event of engine.run(request, signal)) {
      left -= charactersIn(event)
      if (left < 0) {
        yield { type: 'usage.unknown', cause: 'interrupted' }
        yield failedWith(tooLong(maxChars), signal)
        return
      }
      yield event
    }
  }
  return { ...engine, run }
}

function charactersIn(event: TurnEvent): number {
  if (event.type === 'tool.called') return event.arguments.length
  return event.type === 'item.delta' && event.item_type !== 'command_execution' ? event.delta.length : 0
}

function tooLong(maxChars: number): GatewayError {
  return new GatewayError(
    'upstream_error',
    `The model’s answer has more than ${maxChars} characters, which is the limit of this gateway (CODEX_MAX_ANSWER_CHARS).`
  )
}
