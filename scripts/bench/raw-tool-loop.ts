import { question, result, steps } from './steps.ts'

/** What app-server sends. */
export interface Message {
  id?: number
  method?: string
  params?: { threadId?: string; turn?: { status?: string } }
  result?: { thread?: { id: string }; turn?: { id: string } }
  error?: { code: number; message: string }
}

/** A connection to app-server with nothing around it. */
export interface RawConnection {
  send: (message: object) => void
  request: (method: string, params: object) => Promise<Message>
  /** Who reads what comes of a thread. */
  threads: Map<string, (message: Message) => void>
}

/**
 * Runs a tool loop by hand: a turn whose calls are answered when the model's response is complete, as a client of an HTTP API
 * does. Resolves with the ms from each answer to the first text after it.
 */
export async function rawToolLoop({ send, request, threads }: RawConnection, threadId: string): Promise<number[]> {
  const times: number[] = []
  let call: number | undefined
  let isComplete = false
  let answeredAt: number | undefined
  const answer = () => {
    if (call === undefined || !isComplete) return
    answeredAt = performance.now()
    send({ id: call, result: { contentItems: [{ type: 'inputText', text: result }], success: true } })
    call = undefined
    isComplete = false
  }
  const over = new Promise<void>((resolve) =>
    threads.set(threadId, ({ id, method }) => {
      if (method === 'item/agentMessage/delta' && answeredAt !== undefined) {
        times.push(performance.now() - answeredAt)
        answeredAt = undefined
      }
      if (method === 'item/tool/call') call = id
      if (method === 'rawResponse/completed') isComplete = true
      answer()
      if (method === 'turn/completed') resolve()
    })
  )
  const input = [{ type: 'text', text: question, text_elements: [] }]
  await Promise.all([request('turn/start', { threadId, effort: 'low', input }), over])
  threads.delete(threadId)
  void request('thread/unsubscribe', { threadId }).catch(() => {})
  if (times.length !== steps) throw new Error(`A tool loop by hand had ${times.length} steps instead of ${steps}`)
  return times
}
