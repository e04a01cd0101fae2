import type { IncomingHttpHeaders } from 'node:http'

/** A tool as a request offers it; a namespace holds tools of its own. */
export interface OfferedTool {
  type: string
  name?: string
  tools?: OfferedTool[]
  [more: string]: unknown
}

export interface InputItem {
  type: string
  role?: string
  content?: { type: string; text?: string; [more: string]: unknown }[]
  tools?: OfferedTool[]
  call_id?: string
  output?: unknown
  [more: string]: unknown
}

/** The parts of a Responses API request that tests look at. */
export interface ResponsesBody {
  model: string
  input: InputItem[]
  tools?: OfferedTool[]
  tool_choice?: unknown
  parallel_tool_calls?: boolean
  text?: { format?: Record<string, unknown> }
  reasoning?: { effort?: string; summary?: string }
  prompt_cache_key?: string
  [more: string]: unknown
}

/** How an exchange ended: the answer went out whole, the script tore it, or the client left first. */
export type ExchangeEnd = 'sent' | 'dropped' | 'left'

/** One request that reached the upstream. Its body is parsed only when it is looked at. */
export class UpstreamRequest {
  /** Counted from 1. */
  readonly number: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  /** When it had arrived whole, by `performance.now()`. */
  readonly at = performance.now()
  /** Settles when the exchange is over. */
  readonly ended: Promise<ExchangeEnd>
  #body: ResponsesBody | undefined

  constructor(
    number: number,
    head: { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders },
    raw: Buffer,
    ended: Promise<ExchangeEnd>
  ) {
    this.number = number
    this.method = head.method ?? ''
    this.path = head.url ?? ''
    this.headers = head.headers
    this.raw = raw
    this.ended = ended
  }

  get body(): ResponsesBody {
    return (this.#body ??= JSON.parse(this.raw.toString()) as ResponsesBody)
  }

  /** Every tool on offer, those in namespaces and in code mode's own input item too. */
  get tools(): { type: string; name: string; namespace?: string }[] {
    const extra = this.body.input.flatMap((item) => (item.type === 'additional_tools' ? (item.tools ?? []) : []))
    return [...(this.body.tools ?? []), ...extra].flatMap((tool) => {
      if (tool.type !== 'namespace') return [{ type: tool.type, name: tool.name ?? tool.type }]
      return (tool.tools ?? []).map((inner) => ({ type: inner.type, name: inner.name ?? '', namespace: tool.name }))
    })
  }

  /** What tools have answered since the model last spoke, as text. */
  get toolOutputs(): string[] {
    const last = this.body.input.findLastIndex((item) => !item.type.endsWith('_output'))
    return this.body.input
      .slice(last + 1)
      .map((item) => (typeof item.output === 'string' ? item.output : JSON.stringify(item.output)))
  }

  /** What users said, each text part by itself. */
  get userTexts(): string[] {
    return this.body.input
      .filter((item) => item.role === 'user')
      .flatMap((item) => (item.content ?? []).flatMap((part) => part.text ?? []))
  }
}
