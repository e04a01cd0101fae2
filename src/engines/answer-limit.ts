import type { Engine, RunTurn } from '../turn/engine.ts'
import type { TurnEvent } from '../turn/event.ts'

/**
 * Cuts an answer off at `maxChars` characters (UTF-16), reasoning and arguments of tool calls included, and interrupts its turn:
 * a model that never ends would fill the memory of the gateway, and of codex, within seconds. `engine` is contracted.
 */
export function answerLimited(engine: Engine, maxChars: number): Engine {
  const run: RunTurn = async function* (request, signal) {
    let left = maxChars
    for await (const event of engine.run(request, signal)) {
      const size = charactersIn(event)
      if (size > left) {
        if (event.type === 'item.delta' && left > 0) yield { ...event, delta: event.delta.slice(0, left) }
        yield { type: 'usage.unknown', cause: 'interrupted' }
        yield { type: 'turn.completed', cut: 'length' }
        return
      }
      left -= size
      yield event
    }
  }
  return { ...engine, run }
}

function charactersIn(event: TurnEvent): number {
  if (event.type === 'tool.called') return event.arguments.length
  return event.type === 'item.delta' && event.item_type !== 'command_execution' ? event.delta.length : 0
}
