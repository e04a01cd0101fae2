import type { WireEvent } from './script.ts'

/** One item of a response's output, made for its place there: as it is when done, and the events that tell it. */
export type OutputItem = (place: number) => { done: Record<string, unknown>; events: WireEvent[] }

/** A message of the assistant, in as many deltas as there are texts. */
export function message(texts: string | string[], phase?: 'commentary' | 'final_answer'): OutputItem {
  const deltas = [texts].flat()
  const text = deltas.join('')
  const part = (content: string) => ({ type: 'output_text', text: content, annotations: [] })
  return (place) => {
    const id = `msg_#N#_${place}`
    const item = (status: string, content: unknown[]) => ({
      id,
      type: 'message',
      role: 'assistant',
      status,
      content,
      ...(phase && { phase })
    })
    const at = { item_id: id, output_index: place, content_index: 0 }
    const done = item('completed', [part(text)])
    return told(place, item('in_progress', []), done, [
      { type: 'response.content_part.added', ...at, part: part('') },
      ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
      { type: 'response.output_text.done', ...at, text },
      { type: 'response.content_part.done', ...at, part: part(text) }
    ])
  }
}

/** A final answer with the sources of its text. */
export function cites(text: string, ...annotations: Record<string, unknown>[]): OutputItem {
  return (place) => {
    const { done, events } = message(text, 'final_answer')(place)
    const cited = { ...done, content: [{ type: 'output_text', text, annotations }] }
    return {
      done: cited,
      events: events.map((event) => (event['item'] && event.type.endsWith('done') ? { ...event, item: cited } : event))
    }
  }
}

/** A message in which the model refuses to answer. */
export function refuses(words: string): OutputItem {
  return (place) => {
    const id = `msg_#N#_${place}`
    const part = (refusal: string) => ({ type: 'refusal', refusal })
    const item = (status: string, content: unknown[]) => ({ id, type: 'message', role: 'assistant', status, content })
    const at = { item_id: id, output_index: place, content_index: 0 }
    return told(place, item('in_progress', []), item('completed', [part(words)]), [
      { type: 'response.content_part.added', ...at, part: part('') },
      { type: 'response.refusal.delta', ...at, delta: words },
      { type: 'response.refusal.done', ...at, refusal: words },
      { type: 'response.content_part.done', ...at, part: part(words) }
    ])
  }
}

/** A reasoning item; each part of its summary is one text or a list of deltas. */
export function reasoning(...summary: (string | string[])[]): OutputItem {
  const parts = summary.map((texts) => [texts].flat())
  return (place) => {
    const id = `rs_#N#_${place}`
    const done = {
      id,
      type: 'reasoning',
      summary: parts.map((deltas) => ({ type: 'summary_text', text: deltas.join('') })),
      encrypted_content: 'sealed'
    }
    const events = parts.flatMap((deltas, index) =>
      summaryPart({ item_id: id, output_index: place, summary_index: index }, deltas)
    )
    return told(place, { id, type: 'reasoning', summary: [] }, done, events)
  }
}

function summaryPart(at: object, deltas: string[]): WireEvent[] {
  const text = deltas.join('')
  return [
    { type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } },
    ...deltas.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta })),
    { type: 'response.reasoning_summary_text.done', ...at, text },
    { type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text } }
  ]
}

interface CallOptions {
  namespace?: string | undefined
  /** What the arguments are streamed as, even if it is no JSON; one delta with the whole otherwise. */
  deltas?: string[]
}

/** A call of a function. */
export function functionCall(
  name: string,
  parameters: unknown,
  { namespace, deltas = [JSON.stringify(parameters)] }: CallOptions = {}
): OutputItem {
  return (place) => {
    const id = `fc_#N#_${place}`
    const head = {
      id,
      type: 'function_call',
      call_id: `call_#N#_${place}`,
      name,
      ...(namespace !== undefined && { namespace })
    }
    const item = (status: string, text: string) => ({ ...head, status, arguments: text })
    return called('function_call_arguments', 'arguments', place, item, deltas)
  }
}

/** A call of a tool that takes plain text, such as `apply_patch`, or `exec` of code mode. */
export function customCall(name: string, input: string): OutputItem {
  return (place) => {
    const head = { id: `ctc_#N#_${place}`, type: 'custom_tool_call', call_id: `call_#N#_${place}`, name }
    return called('custom_tool_call_input', 'input', place, (status, text) => ({ ...head, status, input: text }), [
      input
    ])
  }
}

function called(
  event: string,
  field: string,
  place: number,
  item: (status: string, text: string) => { id: string },
  deltas: string[]
) {
  const text = deltas.join('')
  const done = item('completed', text)
  const at = { item_id: done.id, output_index: place }
  return told(place, item('in_progress', ''), done, [
    ...deltas.map((delta) => ({ type: `response.${event}.delta`, ...at, delta })),
    { type: `response.${event}.done`, ...at, [field]: text }
  ])
}

/** A search that the API ran by itself. */
export function webSearch(query: string): OutputItem {
  return (place) => {
    const head = { id: `ws_#N#_${place}`, type: 'web_search_call' }
    return told(
      place,
      { ...head, status: 'in_progress' },
      { ...head, status: 'completed', action: { type: 'search', query } },
      []
    )
  }
}

function told(place: number, begun: object, done: object, between: WireEvent[]): ReturnType<OutputItem> {
  const events = [
    { type: 'response.output_item.added', output_index: place, item: begun },
    ...between,
    { type: 'response.output_item.done', output_index: place, item: done }
  ]
  return { done: { ...done }, events }
}
