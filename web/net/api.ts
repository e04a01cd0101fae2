import { fields, numberOrNull, text } from '../session/read.ts'
import type { SessionInfo, SessionState } from '../session/types.ts'

/** A refusal of the gateway. Status 0: it was not reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Called when the gateway says that nobody is logged in. */
let unauthorized = () => {}
export const onUnauthorized = (listener: () => void): void => void (unauthorized = listener)

export interface CallOptions {
  body?: object
  /** The workspace it is about, for paths that are of one. */
  workspace?: string | null | undefined
  /** Its refusal for want of a login is the caller's own business. */
  isLogin?: boolean
}

/** Calls the gateway with the browser's cookie. Throws `ApiError`. */
export async function call<T>(
  method: string,
  path: string,
  { body, workspace, isLogin }: CallOptions = {}
): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(workspace && { 'x-codex-workspace': workspace })
    },
    ...(body && { body: JSON.stringify(body) })
  }).catch(() => Promise.reject(new ApiError(0, 'unreachable', 'The gateway cannot be reached. Is it running?')))
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer as T
  if (response.status === 401 && !isLogin) unauthorized()
  const error = fields(fields(answer)['error'])
  const retryAfter = numberOrNull(error['retryAfter'])
  const wait = retryAfter === null ? '' : ` Try again in ${Math.ceil(retryAfter)} s.`
  const message = text(error['message']) || `The gateway answered with status ${response.status}.`
  throw new ApiError(response.status, text(error['code']), message + wait)
}

export interface Login {
  required: boolean
  principal: string | null
}

export interface SessionAnswer {
  sessionId: string
  session: SessionInfo
  state: SessionState
}

export interface ThreadInfo {
  id: string
  name: string | null
  preview: string
  /** Unix seconds. */
  updatedAt: number
}

export interface HistoryPage {
  data: { turnId: string; item: object }[]
  nextCursor: string | null
}

export interface EffortModel {
  id: string
  displayName: string
  supportedReasoningEfforts: { reasoningEffort: string }[]
  defaultReasoningEffort: string
}

export interface LimitWindow {
  usedPercent: number
  windowDurationMins: number | null
  /** Unix seconds. */
  resetsAt: number | null
}

/** What the caller has used, as far as the page shows it. Times in Unix seconds. */
export interface OwnUsage {
  periods: { day: { total_tokens: number } }
  limits: {
    subject: string
    what: 'requests' | 'tokens' | 'usd'
    per: string
    max: number
    used: number
    resets_at: number | null
  }[]
  account: {
    windows: {
      minutes: number
      used_percent: number
      resets_at: number
      observed_at: number
      own_percent: number
      share_percent: number | null
    }[]
  }
}

export type Input = { type: 'text'; text: string } | { type: 'image'; url: string }

export interface TurnChoices {
  model?: string | undefined
  effort?: string | undefined
  approvalPolicy?: string | undefined
  steer?: boolean | undefined
}

const session = (id: string) => `/api/sessions/${encodeURIComponent(id)}`
const thread = (id: string) => `/api/threads/${encodeURIComponent(id)}`

/** What the page asks of the gateway. */
export const gateway = {
  login: () => call<Login>('GET', '/login', { isLogin: true }),
  logIn: (token: string) => call<Login>('POST', '/login', { body: { token }, isLogin: true }),
  logOut: () => call<object>('DELETE', '/login', { isLogin: true }),
  workspaces: () => call<{ data: { id: string }[] }>('GET', '/v1/workspaces'),
  sessions: () => call<{ sessions: (SessionInfo & { state: SessionState })[] }>('GET', '/api/sessions'),
  threads: (workspace: string, search: string, cursor?: string | null) =>
    call<{ data: ThreadInfo[]; nextCursor: string | null }>(
      'GET',
      `/api/threads?${query({ limit: '50', search, cursor: cursor ?? '' })}`,
      { workspace }
    ),
  history: (workspace: string, threadId: string, cursor: string | null) =>
    call<HistoryPage>(
      'GET',
      `${thread(threadId)}/items?${query({ limit: '100', sortDirection: 'desc', cursor: cursor ?? '' })}`,
      {
        workspace
      }
    ),
  models: (workspace: string) => call<{ data: EffortModel[] }>('GET', '/api/models', { workspace }),
  usage: () => call<OwnUsage>('GET', '/v1/usage'),
  limits: (workspace: string) =>
    call<{ rateLimits: { primary: LimitWindow | null; secondary: LimitWindow | null } }>(
      'GET',
      '/api/account/rate-limits',
      {
        workspace
      }
    ),
  open: (body: { workspace?: string; resumeThreadId?: string }) =>
    call<SessionAnswer>('POST', '/api/sessions', { body }),
  close: (id: string) => call<object>('DELETE', session(id)),
  turn: (id: string, input: readonly Input[], choices: TurnChoices) =>
    call<SessionAnswer>('POST', `${session(id)}/turn`, { body: { input, ...choices } }),
  interrupt: (id: string) => call<SessionAnswer>('POST', `${session(id)}/turn/interrupt`),
  answer: (id: string, requestId: string, body: object) =>
    call<object>('POST', `${session(id)}/requests/${encodeURIComponent(requestId)}`, { body }),
  rename: (workspace: string, threadId: string, name: string) =>
    call<object>('POST', '/api/thread/name/set', { body: { threadId, name }, workspace }),
  deleteThread: (workspace: string, threadId: string) => call<object>('DELETE', thread(threadId), { workspace }),
  eventsPath: (id: string, after: number) => `${session(id)}/events?after=${after}`
}

const query = (values: Record<string, string>) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString()
