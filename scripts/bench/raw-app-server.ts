import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended } from './child.ts'
import { model } from './setting.ts'
import { appServerArguments } from '../../src/workspaces/app-server.ts'
import { turnPlanFrom } from '../../src/engines/app-server/thread/thread-request.ts'
import { placeOf } from '../../src/workspaces/workspace.ts'
import type { WorkspaceRegistry } from '../../src/workspaces/registry.ts'
import { rawSteers } from './raw-steers.ts'
import { rawToolLoop } from './raw-tool-loop.ts'
import type { Message } from './raw-tool-loop.ts'
import { tool } from './steps.ts'

/** Milliseconds from the first word of a turn to its end, until it is accepted, and to its first text, and how many deltas came. */
interface Timed {
  ms: number
  acceptedMs: number
  firstTextMs: number
  deltas: number
}

/** A JSON-RPC client with nothing around it: what the binary itself can do. */
export interface RawAppServer extends AsyncDisposable {
  pid: number
  /** A thread with one turn. */
  turn: (text?: string) => Promise<Timed>
  /** Starts a thread that is stored, as one of the threads API is. Resolves with what runs its turns. */
  conversation: () => Promise<(text: string) => Promise<Timed>>
  /** Adds so many messages to a turn of a stored thread: ms until each is accepted. */
  steers: (count: number) => Promise<number[]>
  /** A tool loop in one turn: ms to the first text of each step. */
  toolLoop: () => Promise<number[]>
}

/** The error code of app-server for one request more than it takes at a time, and the milliseconds after which it is asked again. */
const overloaded = { code: -32_001, wait: 10 }

/** The same arguments, home and settings as those of a gateway's child. */
export async function startRawAppServer(
  workspaces: WorkspaceRegistry,
  home: 'ephemeral' | 'persistent' = 'ephemeral'
): Promise<RawAppServer> {
  const { folder, homes, settings, profiles } = workspaces.default
  const child = spawn(workspaces.codex.binary.path, appServerArguments, {
    env: homes[home].env,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const replies = new Map<number, (message: Message) => void>()
  const threads = new Map<string, (message: Message) => void>()
  const receive = (message: Message) => {
    if (message.id !== undefined && message.method === undefined) {
      replies.get(message.id)?.(message)
      replies.delete(message.id)
    } else threads.get(message.params?.threadId ?? '')?.(message)
  }
  onLines(child.stdout, (line) => receive(JSON.parse(line) as Message))
  let asked = 0
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`)
  const reply = (method: string, params: object) =>
    new Promise<Message>((resolve) => {
      const id = ++asked
      replies.set(id, resolve)
      send({ id, method, params })
    })
  const request = async (method: string, params: object): Promise<Message> => {
    const message = await reply(method, params)
    if (message.error?.code === overloaded.code) return sleep(overloaded.wait).then(() => request(method, params))
    if (message.error) throw new Error(`${method}: ${message.error.message}`)
    return message
  }
  await request('initialize', { clientInfo: { name: 'bench', version: '1' }, capabilities: { experimentalApi: true } })
  send({ method: 'initialized' })
  const opening = {
    model,
    cwd: folder,
    sandbox: 'read-only',
    config: { ...settings, ...profiles.bare, thread_unload_delay_secs: 0 }
  }
  const open = async (kind: object) => (await request('thread/start', { ...opening, ...kind })).result?.thread?.id ?? ''
  const turnOn = async (threadId: string, text: string, begun = performance.now()): Promise<Timed> => {
    const seen = { ms: 0, acceptedMs: NaN, firstTextMs: NaN, deltas: 0 }
    const completed = new Promise<void>((resolve, reject) =>
      threads.set(threadId, ({ method, params }) => {
        if (method === 'item/agentMessage/delta' && seen.deltas++ === 0) seen.firstTextMs = performance.now() - begun
        if (method !== 'turn/completed') return
        if (params?.turn?.status === 'completed') resolve()
        else reject(new Error('a turn by hand failed'))
      })
    )
    await Promise.all([
      request('turn/start', { threadId, effort: 'low', input: [{ type: 'text', text, text_elements: [] }] }).then(
        () => (seen.acceptedMs = performance.now() - begun)
      ),
      completed
    ])
    seen.ms = performance.now() - begun
    threads.delete(threadId)
    return seen
  }
  const turn = async (text = 'Say the word hello.') => {
    const begun = performance.now()
    const threadId = await open({ ephemeral: true })
    const seen = await turnOn(threadId, text, begun)
    void request('thread/unsubscribe', { threadId }).catch(() => {})
    return seen
  }
  const openStored = () => open({ ephemeral: false, historyMode: 'paginated' })
  const steers = async (count: number) => rawSteers({ send, request, threads }, await openStored(), count)
  const conversation = async () => {
    const threadId = await openStored()
    return (text: string) => turnOn(threadId, text)
  }
  const toolLoop = async () => {
    const asked = { input: [], tools: [tool], model }
    const { open: opened } = turnPlanFrom(asked, await placeOf(asked, workspaces))
    return rawToolLoop({ send, request, threads }, await open(opened.params))
  }
  const end = () => ended(child, () => child.stdin.end())
  return { pid: child.pid!, turn, conversation, steers, toolLoop, [Symbol.asyncDispose]: end }
}

function onLines(stream: NodeJS.ReadableStream, tell: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(tell)
  })
}
