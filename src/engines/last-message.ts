import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import type { ThreadItem } from '../turn/item.ts'

type Message = Extract<ThreadItem, { type: 'agent_message' }>

/**
 * Only the last message with a text is the answer: those before it are reasoning, and are emitted as soon as the next one comes,
 * or Codex goes on to work. Where nothing follows that work, the answer is the message before it.
 */
export async function* lastMessageOnly(events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  let last: Message | undefined
  let passed: Message | undefined
  for await (const event of events) {
    const message = messageIn(event)
    if (message) {
      if (message.text === '' && last) continue
      if (last) yield asReasoning(last)
      last = message
      continue
    }
    if (last && last.phase === undefined && isWork(event)) {
      yield asReasoning(last)
      passed = last
      last = undefined
    }
    if (isTurnEnd(event)) {
      const answer = last ?? (passed && { ...passed, id: `${passed.id}-answer` })
      if (answer) yield { type: 'item.completed', item: { ...answer, phase: 'final_answer' } }
    }
    yield event
  }
}

function messageIn(event: TurnEvent): Message | undefined {
  return event.type === 'item.completed' && event.item.type === 'agent_message' ? event.item : undefined
}

function isWork(event: TurnEvent): boolean {
  if (event.type !== 'item.started') return false
  const { type } = event.item
  return type === 'command_execution' || type === 'file_change' || type === 'mcp_tool_call'
}

function asReasoning({ id, text }: Message): TurnEvent {
  return { type: 'item.completed', item: { id, type: 'reasoning', text } }
}
