import type { InputItem, OfferedTool, UpstreamRequest } from '../support/upstream/request.ts'

/**
 * The bytes of a model request by what they are for: the instructions, each tool, each further item, and the rest.
 * What differs from run to run, and from machine to machine, is measured as if it were always as long.
 */
export function partsOf(request: UpstreamRequest, workspace: string): Record<string, number> {
  const {
    instructions,
    input,
    tools = [],
    ...rest
  } = JSON.parse(steady(request.raw.toString(), workspace)) as UpstreamRequest['body']
  const offered = input.flatMap((item) => (item.type === 'additional_tools' ? (item.tools ?? []) : []))
  const items = input.filter((item) => item.type !== 'additional_tools')
  return Object.fromEntries([
    ...(instructions === undefined ? [] : [['instructions', bytes(instructions)]]),
    ...items.map((item, place): [string, number] => [
      place === 0 ? 'instructions' : `item ${place}: ${nameOf(item)}`,
      bytes(item)
    ]),
    ...[...tools, ...offered]
      .flatMap(each)
      .map((tool): [string, number] => [`tool ${tool.name ?? tool.type}`, bytes(tool)]),
    ['everything else', bytes(rest)]
  ]) as Record<string, number>
}

/** Ids and whole milliseconds are always as long; seconds are not, nor are paths. */
function steady(json: string, workspace: string): string {
  return json.replaceAll(workspace, '/workspace').replaceAll(/\d{9,}\.\d+/g, '1.5')
}

const each = (tool: OfferedTool): OfferedTool[] => (tool.type === 'namespace' ? (tool.tools ?? []) : [tool])

/** `user <environment_context>`, by the tag that codex's own items begin with. */
function nameOf({ type, role, content }: InputItem): string {
  const tag = content?.[0]?.text?.match(/^<[\w ]+>/)?.[0]
  return [role ?? type, ...(tag === undefined ? [] : [tag])].join(' ')
}

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
