import { pieces } from '../../text/pieces.ts'
import type { ResponseEvent } from './event.ts'
import type { MessagePhase, ThreadItem } from '../../turn/item.ts'
import type {
  CustomCallItem,
  FunctionCallItem,
  ItemStatus,
  MessageItem,
  OutputItem,
  Place,
  ReasoningItem,
  UrlCitation
} from './output-item.ts'

/** Builds an item: how it begins, what is added to it, how it ends. */
export interface ItemMaker {
  readonly opening: ResponseEvent[]
  push: (text: string) => ResponseEvent[]
  close: (status?: 'completed' | 'incomplete') => ResponseEvent[]
  item: (status: ItemStatus) => OutputItem
  /** Adds what comes when its text is complete: the sources of a message whose text is `text`, or encrypted reasoning. */
  attach?: (item: ThreadItem) => ResponseEvent[]
}

export function messageMaker({ id, index }: Place, phase?: MessagePhase): ItemMaker {
  const at = { item_id: id, output_index: index, content_index: 0 }
  let text = ''
  let annotations: UrlCitation[] = []
  const part = (text: string) => ({ type: 'output_text' as const, text, annotations, logprobs: [] as [] })
  const item = (status: ItemStatus, content = [part(text)]): MessageItem => ({
    id,
    type: 'message',
    status,
    role: 'assistant',
    content,
    ...(phase && { phase })
  })
  return {
    opening: [
      { type: 'response.output_item.added', output_index: index, item: item('in_progress', []) },
      { type: 'response.content_part.added', ...at, part: part('') }
    ],
    push(more) {
      text += more
      return pieces(more).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] }))
    },
    attach(done) {
      if (done.type !== 'agent_message' || !done.citations || done.text !== text) return [] // the places are those of the model's text
      annotations = done.citations.map((citation) => ({ type: 'url_citation', ...citation }))
      return annotations.map((annotation, annotation_index) => ({
        type: 'response.output_text.annotation.added',
        ...at,
        annotation_index,
        annotation
      }))
    },
    close: (status = 'completed') => [
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part: part(text) },
      { type: 'response.output_item.done', output_index: index, item: item(status) }
    ],
    item
  }
}

/** A message that is a refusal. */
export function refusalMaker({ id, index }: Place): ItemMaker {
  const at = { item_id: id, output_index: index, content_index: 0 }
  const part = (refusal: string) => ({ type: 'refusal' as const, refusal })
  let text = ''
  const item = (status: ItemStatus, content = [part(text)]): MessageItem => ({
    id,
    type: 'message',
    status,
    role: 'assistant',
    content
  })
  return {
    opening: [
      { type: 'response.output_item.added', output_index: index, item: item('in_progress', []) },
      { type: 'response.content_part.added', ...at, part: part('') }
    ],
    push(more) {
      text += more
      return [{ type: 'response.refusal.delta', ...at, delta: more }]
    },
    close: () => [
      { type: 'response.refusal.done', ...at, refusal: text },
      { type: 'response.content_part.done', ...at, part: part(text) },
      { type: 'response.output_item.done', output_index: index, item: item('completed') }
    ],
    item
  }
}

/** Reasoning. Its summary begins with its first text: encrypted reasoning may be all that there is. */
export function reasoningMaker({ id, index }: Place): ItemMaker {
  const at = { item_id: id, output_index: index, summary_index: 0 }
  const part = (text: string) => ({ type: 'summary_text' as const, text })
  let text = ''
  let encrypted: { encrypted_content: string } | undefined
  const item = (status: ItemStatus): ReasoningItem => ({
    id,
    type: 'reasoning',
    status,
    summary: text === '' ? [] : [part(text)],
    ...encrypted
  })
  return {
    opening: [{ type: 'response.output_item.added', output_index: index, item: item('in_progress') }],
    push(more) {
      if (more === '') return []
      const begun: ResponseEvent[] =
        text === '' ? [{ type: 'response.reasoning_summary_part.added', ...at, part: part('') }] : []
      text += more
      const deltas = pieces(more).map(
        (delta) => ({ type: 'response.reasoning_summary_text.delta', ...at, delta }) as const
      )
      return [...begun, ...deltas]
    },
    attach(done) {
      if (done.type === 'reasoning' && done.encrypted_content) encrypted = { encrypted_content: done.encrypted_content }
      return []
    },
    close: (status = 'completed') => [
      ...(text === '' ? [] : summaryDone()),
      { type: 'response.output_item.done', output_index: index, item: item(status) }
    ],
    item
  }

  function summaryDone(): ResponseEvent[] {
    return [
      { type: 'response.reasoning_summary_text.done', ...at, text },
      { type: 'response.reasoning_summary_part.done', ...at, part: part(text) }
    ]
  }
}

export function functionCallMaker({ id, index }: Place, call: { call_id: string; name: string }): ItemMaker {
  const at = { item_id: id, output_index: index }
  let json = ''
  const item = (status: ItemStatus): FunctionCallItem => ({
    id,
    type: 'function_call',
    status,
    call_id: call.call_id,
    name: call.name,
    arguments: json
  })
  return {
    opening: [{ type: 'response.output_item.added', output_index: index, item: item('in_progress') }],
    push(more) {
      json += more
      return pieces(more).map((delta) => ({ type: 'response.function_call_arguments.delta', ...at, delta }))
    },
    close: () => [
      { type: 'response.function_call_arguments.done', ...at, name: call.name, arguments: json },
      { type: 'response.output_item.done', output_index: index, item: item('completed') }
    ],
    item
  }
}

/** A call of a tool that takes free text. */
export function customCallMaker({ id, index }: Place, call: { call_id: string; name: string }): ItemMaker {
  const at = { item_id: id, output_index: index }
  let input = ''
  const item = (status: ItemStatus): CustomCallItem => ({
    id,
    type: 'custom_tool_call',
    status,
    call_id: call.call_id,
    name: call.name,
    input
  })
  return {
    opening: [{ type: 'response.output_item.added', output_index: index, item: item('in_progress') }],
    push(more) {
      input += more
      return pieces(more).map((delta) => ({ type: 'response.custom_tool_call_input.delta', ...at, delta }))
    },
    close: () => [
      { type: 'response.custom_tool_call_input.done', ...at, input },
      { type: 'response.output_item.done', output_index: index, item: item('completed') }
    ],
    item
  }
}
