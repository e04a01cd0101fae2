import { z } from 'zod'
import type { Upload, Uploads } from '../../environments/uploads.ts'
import type { Api, ApiContext } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { invalid, parsed } from '../../openai/invalid.ts'
import { pageFrom, pageQueryOf, pageSchemaOf } from '../../openai/page.ts'

export interface FilesDependencies {
  readBody: ReadBody
  uploads: Uploads
}

const purposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] as const
/** Characters of a name. */
const maxName = 255

const file = z.object({
  id: z.string(),
  object: z.literal('file'),
  bytes: z.int(),
  created_at: z.int(),
  filename: z.string(),
  purpose: z.string(),
  status: z.literal('processed')
})
const deleted = z.object({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) })
const query = pageQueryOf('desc').extend({ purpose: z.string().optional() })

/** OpenAI's Files API, as far as environments of the Agents API need it: files that are uploaded to be put into them. */
export function filesApi({ readBody, uploads }: FilesDependencies): Api {
  const found = (ctx: ApiContext) => uploads.find(ctx.state.principal.id, ctx.params['id'] ?? '')
  return {
    operations: [
      {
        method: 'post',
        path: '/files',
        summary:
          'Upload a file (`multipart/form-data`: `file`, `purpose`), to put it into environments of the Agents API.',
        answer: file,
        failures: [429],
        async handle(ctx) {
          const form = await readBody.form(ctx)
          ctx.body = shownFile(await uploads.add(ctx.state.principal.id, await uploadIn(form)))
        }
      },
      {
        method: 'get',
        path: '/files',
        summary: 'Your uploaded files.',
        query,
        answer: pageSchemaOf(file),
        handle(ctx) {
          const wish = parsed(query, ctx.query)
          const { values, hasMore } = uploads.list(ctx.state.principal.id, wish)
          ctx.body = pageFrom({ values, more: hasMore }, wish.after, shownFile)
        }
      },
      {
        method: 'get',
        path: '/files/{id}',
        summary: 'An uploaded file.',
        answer: file,
        failures: [404],
        handle(ctx) {
          ctx.body = shownFile(found(ctx))
        }
      },
      {
        method: 'get',
        path: '/files/{id}/content',
        summary: 'The bytes of an uploaded file.',
        answer: 'application/octet-stream',
        failures: [404],
        handle(ctx) {
          const upload = found(ctx)
          ctx.type = 'application/octet-stream'
          ctx.length = upload.size
          ctx.body = uploads.read(upload)
        }
      },
      {
        method: 'delete',
        path: '/files/{id}',
        summary: 'Delete an uploaded file. What environments have of it stays.',
        answer: deleted,
        failures: [404],
        handle(ctx) {
          const upload = found(ctx)
          uploads.delete(upload)
          ctx.body = { id: upload.id, object: 'file', deleted: true }
        }
      }
    ]
  }
}

async function uploadIn(form: FormData): Promise<{ name: string; purpose: string; bytes: Buffer }> {
  const sent = form.get('file')
  if (!isFile(sent)) throw invalid("Missing required parameter: 'file'.", 'file')
  const purpose = purposes.find((one) => one === form.get('purpose'))
  if (purpose === undefined) throw invalid(`Expected one of ${purposes.join(', ')}.`, 'purpose')
  return { name: sent.name.slice(0, maxName), purpose, bytes: Buffer.from(await sent.arrayBuffer()) }
}

const isFile = (value: unknown): value is File => value instanceof File

const shownFile = ({ id, size, createdAt, name, purpose }: Upload) => ({
  id,
  object: 'file' as const,
  bytes: size,
  created_at: Math.floor(createdAt / 1000),
  filename: name,
  purpose,
  status: 'processed' as const
})
