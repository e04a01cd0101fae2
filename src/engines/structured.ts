import { answerForm } from '../json-schema/answer-form.ts'
import type { AnswerForm } from '../json-schema/answer-form.ts'
import { contracted } from '../turn/contract.ts'
import type { Engine } from '../turn/engine.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEnd, TurnEvent } from '../turn/event.ts'
import type { ThreadItem } from '../turn/item.ts'
import type { TurnRequest } from '../turn/request.ts'

type Message = Extract<ThreadItem, { type: 'agent_message' }>

/**
 * Accepts schemas that are not strict, as Codex asks for every schema in strict mode (codex-cli 0.169): they are closed on their
 * way to the model, or described in words, and the answer is read accordingly when it is complete. `engine` emits one message for a schema.
 */
export function structured(engine: Engine): Engine {
  return {
    ...engine,
    run(request, signal) {
      const { outputSchema, strictOutput } = request
      const form = outputSchema && !strictOutput ? answerForm(outputSchema) : undefined
      if (!form) return engine.run(request, signal)
      const asked = contracted((turn, until) => answersIn(form, engine.run(turn, until)))
      return asked(requestFor(form, request), signal)
    }
  }
}

function requestFor({ schema, instruction }: AnswerForm, request: TurnRequest): TurnRequest {
  if (instruction === undefined) return { ...request, outputSchema: schema }
  const message = { type: 'message', role: 'developer', content: [{ type: 'text', text: instruction }] } as const
  return {
    ...request,
    outputSchema: schema,
    history: [...(request.history ?? []), { ...message, content: [...message.content] }]
  }
}

async function* answersIn(form: AnswerForm, events: AsyncIterable<TurnEvent>): AsyncGenerator<TurnEvent> {
  let message: Message | undefined
  let hasCalls = false
  for await (const event of events) {
    hasCalls ||= event.type === 'tool.called'
    if (event.type === 'item.delta' && event.item_type === 'agent_message') {
      yield { type: 'text.withheld' }
      continue
    }
    if (event.type === 'item.completed' && event.item.type === 'agent_message') {
      message = event.item
      continue
    }
    if (isTurnEnd(event) && message) {
      const answer = isAnswer(event, message) && !hasCalls ? form.read(message.text) : { text: message.text }
      if ('problem' in answer) {
        yield failed(answer.problem, event)
        return
      }
      const { id, type, phase } = message
      yield { type: 'item.completed', item: { id, type, phase, text: answer.text } }
    }
    yield event
  }
}

/** Half an answer, or none, is passed on as it is. */
function isAnswer(end: TurnEnd, { text }: Message): boolean {
  return end.type === 'turn.completed' && !end.cut && text !== ''
}

function failed(problem: string, { usage }: TurnEnd): TurnEnd {
  const message = `The model’s answer does not follow the JSON schema: ${problem}.`
  return {
    type: 'turn.failed',
    error: { code: 'upstream_error', message, reason: 'answer_mismatch' },
    ...(usage && { usage })
  }
}
