import type { TaskRecord } from './record.ts'
import type { TaskTemplate } from './templates.ts'

const text = (description: string) => ({ type: 'string', description })

/**
 * The template of a deployment job, unless the operator's file has one of this name: builds an image of a repository and publishes it.
 * The token is in the environment of its commands alone. Its checks: a branch is none that Git would take for an option or another ref.
 */
export const deploymentTemplate: TaskTemplate = {
  name: 'deployment',
  prompt: `Build a container image of the repository {{repository}} on GitHub and publish it.

1. Clone https://github.com/{{repository}} into a new temporary folder. If a branch is named here, use it, else the default one: "{{branch}}".
   The variable GITHUB_TOKEN of your commands has a token for it. Pass it to Git by a credential helper that reads the variable; never write its value into a URL, a file or your answer.
2. Find out how the project is built. Use its Dockerfile; write one in the temporary folder if there is none.
3. Build the image and push it to ghcr.io/{{repository}} (in lower-case letters) with a tag of the commit.
4. Find the template that fits how it is to be run (for example node-service, static-site, worker).
5. Delete the temporary folder.

Answer with the result. "status" is "succeeded" only if the image has been pushed; "image" is its full name with tag or digest; "template" is the template; "message" says in a sentence what was done; "error" says why it failed, or is null.`,
  parameters: {
    githubToken: { type: 'string', minLength: 1, maxLength: 1_024, pattern: String.raw`^[\x21-\x7e]+$` },
    repository: {
      type: 'string',
      maxLength: 200,
      pattern: String.raw`^(?!\.{1,2}\/)[A-Za-z0-9._\-]+\/(?!\.{1,2}$)[A-Za-z0-9._\-]+$`
    },
    branch: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      pattern: String.raw`^(?![\-\/])(?!.*(?:\.\.|\/\/))(?!.*(?:\.lock|[\/.])$)[A-Za-z0-9\/._#\-]+$`
    }
  },
  required: ['githubToken', 'repository'],
  schema: {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['succeeded', 'failed'] },
      image: { anyOf: [text('ghcr.io/owner/name:tag, or @sha256:digest'), { type: 'null' }] },
      template: { anyOf: [text('The template.'), { type: 'null' }] },
      message: { anyOf: [text('What was done.'), { type: 'null' }] },
      error: { anyOf: [text('Why it failed.'), { type: 'null' }] }
    },
    required: ['status', 'image', 'template', 'message', 'error'],
    additionalProperties: false
  },
  timeout_seconds: 3_600,
  max_active: 4,
  env: { GITHUB_TOKEN: 'githubToken' }
}

/** A deployment as its callers see it. */
export interface Deployment {
  threadId: string
  status: 'running' | 'succeeded' | 'failed'
  message: string | null
  image: string | null
  template: string | null
  error: string | null
}

const image =
  /^ghcr\.io\/[a-z\d]+(?:[._-]+[a-z\d]+)*(?:\/[a-z\d]+(?:[._-]+[a-z\d]+)*)+(?::[A-Za-z\d_][\w.-]{0,127}|@sha256:[a-f\d]{64})$/

/** It has succeeded only where there is an image that can be run. */
export function deploymentOf(task: TaskRecord): Deployment {
  const nothing = { threadId: task.id, message: null, image: null, template: null, error: null }
  if (task.status === 'failed') return { ...nothing, status: 'failed', error: task.error?.message ?? 'It failed.' }
  if (task.status !== 'succeeded') return { ...nothing, status: 'running' }
  const said = (typeof task.result === 'object' && task.result !== null ? task.result : {}) as Record<string, unknown>
  const found = {
    threadId: task.id,
    message: textIn(said, 'message'),
    image: textIn(said, 'image'),
    template: textIn(said, 'template')
  }
  const problem =
    said['status'] === 'succeeded' ? problemWith(found) : (textIn(said, 'error') ?? 'Codex said that it failed.')
  return { ...found, status: problem === null ? 'succeeded' : 'failed', error: problem }
}

function problemWith({ image: name, template }: Pick<Deployment, 'image' | 'template'>): string | null {
  if (name === null || !image.test(name))
    return 'Codex named no valid image: ghcr.io/OWNER/NAME with a tag or a sha256 digest.'
  return template === null ? 'Codex named no template.' : null
}

function textIn(said: Record<string, unknown>, name: string): string | null {
  const value = said[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
