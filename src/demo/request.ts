import { z } from 'zod'

/** The parts of codex's Responses API request (0.169) that the demo model uses. */
export interface DemoRequest {
  /** What the user said last. */
  prompt: string
  /** Media types of the images that came with it. */
  images: string[]
  /** What tools answered since. `name` is the tool's. */
  results: { name: string; text: string }[]
  /** All tools on offer, those in namespaces and in code mode's input item too. */
  tools: OfferedTool[]
  /** Functions that stand by themselves: the caller's are among them. */
  functions: OfferedTool[]
  /** JSON schema that the answer has to follow. */
  schema?: unknown
}

export interface OfferedTool {
  type: string
  name: string
  parameters?: unknown
}

const text = z.string().catch('')
const part = z.object({ type: text, text, image_url: text })
const parts = z.array(part)
const tool = z.object({ type: text, name: text, parameters: z.unknown().optional() })
const tools = z.array(tool.extend({ tools: z.array(tool).catch([]) })).catch([])
const item = z.object({
  type: text,
  role: text,
  name: text,
  call_id: text,
  content: parts.catch([]),
  output: z.union([z.string(), parts]).catch(''),
  tools
})

const schema = z.object({
  input: z.array(item),
  tools,
  text: z
    .object({
      format: z
        .object({ type: z.literal('json_schema'), schema: z.unknown().optional() })
        .optional()
        .catch(undefined)
    })
    .optional()
    .catch(undefined)
})

type Item = z.infer<typeof item>

/** Reads a request body. Throws when it is none. */
export function demoRequestFrom(body: unknown): DemoRequest {
  const { input, tools, text } = schema.parse(body)
  const last = input.findLastIndex(isUsersOwn)
  const content = input[last]?.content ?? []
  return {
    prompt: content
      .map((part) => part.text)
      .filter((text) => !/^<\/?image\b/.test(text))
      .join(' ')
      .trim(), // codex frames images in tags
    images: content
      .filter((part) => part.type === 'input_image')
      .map((part) => /^data:([^;,]+)/.exec(part.image_url)?.[1] ?? 'unknown type'),
    results: input
      .slice(last + 1)
      .filter((item) => item.type.endsWith('_call_output'))
      .map((item) => ({ name: nameOfCall(item, input), text: outputOf(item) })),
    functions: tools.filter(({ type }) => type === 'function'),
    tools: [...tools, ...input.flatMap((item) => item.tools)].flatMap((tool) => [tool, ...tool.tools]),
    ...(text?.format && { schema: text.format.schema })
  }
}

/** codex adds messages in the user's name, such as `<environment_context>`. */
function isUsersOwn(item: Item): boolean {
  return item.role === 'user' && !/^<(\w+)>[^]*<\/\1>\s*$/.test(item.content[0]?.text ?? '')
}

function nameOfCall({ call_id }: Item, input: Item[]): string {
  return input.find((item) => item.call_id === call_id && !item.type.endsWith('_output'))?.name ?? ''
}

function outputOf({ output }: Item): string {
  return typeof output === 'string' ? output : output.map((part) => part.text).join('\n')
}
