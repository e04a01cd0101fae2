import { z } from 'zod'
import { efforts } from '../../turn/request.ts'
import { optional } from '../thread-requests.ts'

const text = z.object({ type: z.enum(['text', 'input_text']), text: z.string() })
const image = z.object({ type: z.literal('image'), url: z.string().meta({ description: 'A base64 data URL.' }) })
const imageUrl = z.object({
  type: z.enum(['input_image', 'image_url']),
  image_url: z.union([z.string(), z.object({ url: z.string() })])
})
const part = z.union([text, image, imageUrl])
const message = z.object({
  type: z.literal('message').optional(),
  role: z.literal('user'),
  content: z.union([z.string(), z.array(part).min(1)])
})

export type InputPart = z.output<typeof part>
export type InputItem = z.output<typeof part> | z.output<typeof message>

const file = z
  .object({
    name: z
      .string()
      .regex(
        /^\w[\w. -]{0,127}$/,
        'it must be a file name of letters, digits, "_", ".", "-" and spaces, without a folder'
      ),
    content: optional(z.string().meta({ description: 'Its text.' })),
    data: optional(z.base64().meta({ description: 'Its bytes in Base64.' }))
  })
  .refine(({ content, data }) => (content === undefined) !== (data === undefined), {
    message: 'it must have either content or data'
  })

const webhook = z.object({
  url: z.string().max(2_048),
  secret: optional(z.string().max(256).meta({ description: 'Signs what is sent; the operator’s when left out.' }))
})

/** What every task may be sent with. */
const envelope = {
  timeoutSeconds: optional(
    z
      .number()
      .int()
      .min(1)
      .meta({ description: 'Seconds that it may run: at most, and by default, what the operator allows.' })
  ),
  deadline: optional(
    z.union([z.string().max(64), z.number()]).meta({
      description: 'When it must have ended, waiting included: ISO 8601 with a time zone, or Unix seconds.'
    })
  ),
  webhook: optional(
    z
      .union([
        z
          .string()
          .max(2_048)
          .transform((url) => ({ url, secret: undefined })),
        webhook
      ])
      .meta({ description: 'Who is informed of its end.' })
  ),
  idempotencyKey: optional(
    z.string().min(1).max(255).meta({ description: 'The same request with the same key makes no second task.' })
  ),
  whenLimited: optional(
    z
      .enum(['fail', 'wait'])
      .meta({ description: 'What to do where a usage limit is reached: wait until it is lifted.' })
  ),
  retry: optional(
    z.enum(['never', 'safe']).meta({
      description: '`safe`: it goes on in its thread after the gateway, or Codex, has ended in the middle of it.'
    })
  )
}

export const taskRequest = z
  .object({
    prompt: optional(z.string().min(1).meta({ description: 'What Codex is to do.' })),
    input: optional(
      z
        .array(z.union([part, message]))
        .min(1)
        .max(256)
        .meta({ description: 'The same as parts: texts and images.' })
    ),
    workspace: optional(z.string().max(64)),
    model: optional(z.string().max(256).meta({ description: 'A name of `GET /v1/models`.' })),
    effort: optional(z.enum(efforts)),
    schema: optional(z.record(z.string(), z.unknown()).meta({ description: 'The JSON schema of the result.' })),
    env: optional(
      z.record(z.string(), z.string()).meta({
        description:
          'Variables for the commands of the task alone, of the names that the operator allows. Their values are secret.'
      })
    ),
    files: optional(z.array(file).max(64).meta({ description: 'Files that its commands can read.' })),
    ...envelope
  })
  .refine(({ prompt, input }) => prompt !== undefined || input !== undefined, {
    path: ['prompt'],
    message: 'it is missing'
  })

export type TaskRequest = z.output<typeof taskRequest>

/** A task of a template: its parameters, in a field of their own where there is anything else. */
export const templateRequest = z.object({
  parameters: optional(z.record(z.string(), z.unknown())),
  workspace: optional(z.string().max(64)),
  ...envelope
})

export type TemplateRequest = z.output<typeof templateRequest>

export const deploymentRequest = z.object({
  githubToken: z.string().min(1),
  repository: z.string().min(1).meta({ description: 'owner/name on GitHub.' }),
  branch: optional(z.string())
})
