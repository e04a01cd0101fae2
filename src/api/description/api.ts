import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Api, ApiContext } from '../../http/api.ts'
import { descriptionOf } from './document.ts'
import type { Description, DescriptionOptions } from './document.ts'
import { documentationPage } from './page.ts'
import { style } from './style.ts'

const welcome = z.object({
  name: z.literal('codex-gateway'),
  message: z.string(),
  docs: z.string(),
  openapi: z.string(),
  models: z.string(),
  health: z.string()
})

/** What somebody reads who opens the base URL. */
const welcomeTo = (prefix: string): z.output<typeof welcome> => ({
  name: 'codex-gateway',
  message: `This is an OpenAI-compatible API. The base URL for clients ends in ${prefix}; the API key is a token of the gateway.`,
  docs: '/docs',
  openapi: '/openapi.json',
  models: `${prefix}/models`,
  health: '/healthz'
})

/** The page may have its own style and nothing else. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export interface DescriptionApiOptions extends DescriptionOptions {
  /** Answers `/` for a browser; false, having done nothing, if it was a program that asked. */
  answerBrowser?: ((ctx: ApiContext) => boolean) | undefined
}

/** `/openapi.json`, and `/docs`, the same for people: these, `/` and all of `apis`. They are public: they reveal nothing about this gateway. */
export function descriptionApi({ apis, answerBrowser, ...options }: DescriptionApiOptions): Api {
  const api: Api = {
    operations: [
      {
        method: 'get',
        path: '/',
        summary: 'What this is, and where to read on; for a browser the page to watch sessions with.',
        answer: welcome,
        isPublic: true,
        handle(ctx) {
          if (!answerBrowser?.(ctx)) ctx.body = welcomeTo(options.prefix)
        }
      },
      {
        method: 'get',
        path: '/openapi.json',
        summary: 'This description.',
        answer: z.looseObject({ openapi: z.string() }),
        isPublic: true,
        handle(ctx) {
          ctx.type = 'json'
          ctx.body = texts().json
        }
      },
      {
        method: 'get',
        path: '/docs',
        summary: 'This description, to read.',
        answer: 'text/html',
        isPublic: true,
        handle(ctx) {
          ctx.set('content-security-policy', policy)
          ctx.type = 'html'
          ctx.body = texts().page
        }
      }
    ]
  }
  let made: { json: Buffer; page: Buffer } | undefined
  /** Made when somebody asks for the first time: making them takes a third of the memory of an idle gateway. */
  const texts = () => (made ??= textsOf(descriptionOf({ apis: [...apis, api], ...options })))
  return api
}

function textsOf(description: Description): { json: Buffer; page: Buffer } {
  return { json: Buffer.from(JSON.stringify(description)), page: Buffer.from(documentationPage(description)) }
}
