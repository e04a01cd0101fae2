import { z } from 'zod'
import { summaries } from '../../threads/settings.ts'
import { efforts, sandboxModes } from '../../turn/request.ts'
import { approvalPolicy, cwd, input, model, optional, sandboxPolicy, threadId } from '../thread-requests.ts'

const workspace = z.string().min(1).max(64).meta({ description: 'Where it works: an id of `GET /v1/workspaces`.' })
const effort = optional(z.enum(efforts))

export const createRequest = z.object({
  model,
  resumeThreadId: optional(threadId),
  threadId: optional(threadId.meta({ description: 'The same as `resumeThreadId`.' })),
  workspace: optional(workspace),
  cwd,
  effort,
  approvalPolicy,
  sandbox: optional(z.enum(sandboxModes))
})

export const turnRequest = z
  .object({
    prompt: optional(z.string().trim().min(1, 'it must not be empty')),
    input: optional(input.min(1)),
    steer: optional(z.boolean().meta({ description: 'Add the message to the turn that runs, if one does.' })),
    cwd,
    approvalPolicy,
    sandboxPolicy: optional(sandboxPolicy),
    model,
    effort,
    summary: optional(z.enum(summaries)),
    outputSchema: optional(z.record(z.string(), z.unknown()))
  })
  .transform(({ prompt, input: parts, ...rest }, context) => {
    if ((prompt === undefined) === (parts === undefined)) {
      context.addIssue({ code: 'custom', path: ['prompt'], message: 'either it or `input` is needed, and not both' })
      return z.NEVER
    }
    return { ...rest, prompt, input: parts ?? [{ type: 'text' as const, text: prompt! }] }
  })

export type SessionTurnRequest = z.output<typeof turnRequest>

export const newThreadRequest = z.object({ model })
export const resumeRequest = z.object({ threadId })

export const answerRequest = z.object({
  decision: optional(z.enum(['accept', 'acceptForSession', 'decline', 'cancel'])),
  answers: optional(
    z
      .record(z.string().max(256), z.union([z.string().max(65_536), z.array(z.string().max(65_536)).max(64)]))
      .meta({ description: 'By the id of each question.' })
  ),
  content: optional(z.record(z.string(), z.unknown()).meta({ description: 'What a form is filled with.' }))
})
