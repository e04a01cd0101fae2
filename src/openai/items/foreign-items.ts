import { shownPlaces } from '../shown-places.ts'
import type { HistoryItem } from '../../turn/request.ts'
import { compactedIn } from './compaction.ts'

/**
 * The items of OpenAI's that nothing can be done with here: what its own tools have done, or were asked to, and what only its
 * own service can read. A conversation with them is continued without them.
 */
export const passedOverTypes = [
  'additional_tools',
  'code_interpreter_call',
  'compaction',
  'compaction_trigger',
  'context_compaction',
  'file_search_call',
  'image_generation_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'mcp_list_tools',
  'program',
  'program_output',
  'tool_search_call',
  'tool_search_output',
  'web_search_call'
] as const

/** The calls of OpenAI's tools that a client executes by itself, each with the name that a model reads in its place. */
const clientCalls = {
  apply_patch_call: 'apply_patch',
  computer_call: 'computer',
  local_shell_call: 'local_shell',
  shell_call: 'shell'
} as const

type ClientCallType = keyof typeof clientCalls

/** The items that become a function's call or its output where both are there. */
export const clientCallTypes = Object.keys(clientCalls) as [ClientCallType, ...ClientCallType[]]
export const clientOutputTypes = clientCallTypes.map((type) => `${type}_output` as const) as [
  `${ClientCallType}_output`
]

/** One of these items. Its other fields are its client's and are not checked. */
export type ClientItem = { type: ClientCallType | `${ClientCallType}_output` } & Record<string, unknown>

/** `shell_call c1`: the same for a call and its output. A local shell's output names its call in `id`. Undefined without an id. */
export function clientCallKey({ type, call_id, id }: ClientItem): string | undefined {
  const wanted = call_id ?? id
  return typeof wanted === 'string' && wanted !== '' ? `${type.replace(/_output$/, '')} ${wanted}` : undefined
}

/** The keys of calls that come before their output. */
export function answeredCalls(input: readonly { type: string }[]): ReadonlySet<string> {
  const called = new Set<string>()
  const answered = new Set<string>()
  for (const item of input) {
    if (!isClientItem(item)) continue
    const key = clientCallKey(item)
    if (key === undefined) continue
    if (!item.type.endsWith('_output')) called.add(key)
    else if (called.has(key)) answered.add(key)
  }
  return answered
}

export function isClientItem(item: { type: string }): item is ClientItem {
  return Object.hasOwn(clientCalls, item.type.replace(/_output$/, ''))
}

/** Such a call or output as a model reads it; nothing where the other half is missing. `image` is what the output shows. */
export function clientItemFrom(
  item: ClientItem,
  answered: ReadonlySet<string>,
  image: Extract<HistoryItem, { type: 'tool_result' }>['output'][number] | undefined
): HistoryItem[] {
  const key = clientCallKey(item)
  if (key === undefined || !answered.has(key)) return []
  const call_id = key.slice(key.indexOf(' ') + 1)
  if (item.type.endsWith('_output'))
    return [{ type: 'tool_result', call_id, output: [image ?? { type: 'text', text: textFrom(item['output']) }] }]
  const { action, actions, operation } = item
  const name = clientCalls[item.type as ClientCallType]
  return [{ type: 'tool_call', call_id, name, arguments: JSON.stringify(action ?? actions ?? operation ?? {}) }]
}

const textFrom = (output: unknown) => (typeof output === 'string' ? output : JSON.stringify(output ?? ''))

/** The places of the items that are passed over: `input[3]`. */
export function passedOver(input: string | readonly { type: string }[]): string[] {
  if (typeof input === 'string') return []
  const answered = answeredCalls(input)
  const places = input.flatMap((item, index) => (isPassedOver(item, answered) ? [`input[${index}]`] : []))
  return shownPlaces(places, 'input')
}

function isPassedOver(item: { type: string }, answered: ReadonlySet<string>): boolean {
  if (isClientItem(item)) return !answered.has(clientCallKey(item) ?? '')
  if (item.type === 'compaction' && 'encrypted_content' in item) return !compactedIn(item.encrypted_content)
  return (passedOverTypes as readonly string[]).includes(item.type)
}
