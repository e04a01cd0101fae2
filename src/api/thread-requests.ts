import { z } from 'zod'
import { approvalPolicies, summaries } from '../threads/settings.ts'
import { efforts, sandboxModes } from '../turn/request.ts'

/** What is null was not sent, as in the clients of the protocol. */
export const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined)

const id = z.string().min(1).max(64)
export const threadId = id.meta({ description: 'The id of a thread of yours.' })
const path = z.string().min(1).max(4_096)

export const model = optional(z.string().max(256).meta({ description: 'A name of `GET /v1/models`.' }))
export const cwd = optional(
  path.meta({ description: 'The folder to work in: in the folder of the workspace, absolute or relative to it.' })
)
export const approvalPolicy = optional(
  z.enum(approvalPolicies).meta({ description: 'When Codex asks. Every question is declined at once.' })
)

export const startRequest = z.object({
  model,
  cwd,
  approvalPolicy,
  sandbox: optional(
    z.enum(sandboxModes).meta({ description: 'What commands may do: at most what the workspace allows.' })
  )
})

export const threadRequest = z.object({ threadId })

export const readThreadRequest = z.object({ threadId, includeTurns: optional(z.boolean()) })

const turnId = z.string().min(1).max(64)

export const forkRequest = z
  .object({ threadId, lastTurnId: optional(turnId), beforeTurnId: optional(turnId) })
  .refine(({ lastTurnId, beforeTurnId }) => lastTurnId === undefined || beforeTurnId === undefined, {
    path: ['beforeTurnId'],
    message: 'it cannot be used with lastTurnId'
  })

export const nameRequest = z.object({ threadId, name: z.string().trim().min(1).max(256) })

export const revertRequest = z.object({ threadId, beforeTurnId: turnId })

/** What a sandbox policy may say beside its type is at most what the workspace allows anyway. */
export const sandboxPolicy = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('readOnly'), networkAccess: optional(z.literal(false)) }),
    z.object({
      type: z.literal('workspaceWrite'),
      networkAccess: optional(z.literal(false)),
      writableRoots: optional(z.array(path).max(64))
    }),
    z.object({ type: z.literal('dangerFullAccess') })
  ])
  .meta({ description: 'What commands may do from this turn on: at most what the workspace allows.' })

const inputPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), url: z.string().meta({ description: 'A base64 data URL.' }) }),
  z.object({ type: z.literal('localImage'), path: path.meta({ description: 'A file in the workspace.' }) }),
  z.object({ type: z.literal('skill'), name: z.string().max(256), path }),
  z.object({ type: z.literal('mention'), name: z.string().max(256), path })
])

export const input = z.array(inputPart).max(256)

/** How a turn is answered. */
export const waiting = {
  stream: optional(z.boolean().meta({ description: 'Answer with the turn’s events as they come.' })),
  wait: optional(z.boolean().meta({ description: '`false`: answer when the turn has begun; it goes on.' }))
}

export const turnStartRequest = z.object({
  threadId,
  input,
  cwd,
  approvalPolicy,
  sandboxPolicy: optional(sandboxPolicy),
  model,
  effort: optional(z.enum(efforts)),
  summary: optional(z.enum(summaries)),
  outputSchema: optional(z.record(z.string(), z.unknown())),
  ...waiting
})

export type TurnStartRequest = z.output<typeof turnStartRequest>

const target = z.discriminatedUnion('type', [
  z.object({ type: z.literal('uncommittedChanges') }),
  z.object({
    type: z.literal('baseBranch'),
    branch: z
      .string()
      .regex(/^[^\s-][^\s]*$/)
      .max(256)
  }),
  z.object({
    type: z.literal('commit'),
    sha: z.string().regex(/^[0-9a-f]{4,64}$/i),
    title: optional(z.string().max(256))
  }),
  z.object({ type: z.literal('custom'), instructions: z.string().trim().min(1) })
])

export const reviewRequest = z.object({ threadId, target, ...waiting })

export const compactRequest = z.object({ threadId, ...waiting })

export const interruptRequest = z.object({ threadId, turnId: optional(turnId) })

export const steerRequest = z.object({ threadId, expectedTurnId: turnId, input: input.min(1) })
