import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Api } from '../../http/api.ts'
import { descriptionOf } from './document.ts'
import type { DescriptionOptions } from './document.ts'
import { pageFrom } from './page.ts'
import { style } from './style.ts'

/** The page may have its own style and nothing else. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** `/openapi.json`, and `/docs`, the same for people: these two and all of `apis`. Both are public: they reveal nothing about this gateway. */
export function descriptionApi({ apis, ...options }: DescriptionOptions): Api {
  const api: Api = {
    operations: [
      {
        method: 'get',
        path: '/openapi.json',
        summary: 'This description.',
        answer: z.looseObject({ openapi: z.string() }),
        isPublic: true,
        handle(ctx) {
          ctx.type = 'json'
          ctx.body = json
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
          ctx.body = page
        }
      }
    ]
  }
  const description = descriptionOf({ apis: [...apis, api], ...options })
  const [json, page] = [JSON.stringify(description), pageFrom(description)].map((text) => Buffer.from(text))
  return api
}
