import { buffer } from 'node:stream/consumers'
import { newId } from '../../../agents/ids.ts'
import type { Hosting } from '../../../agents/hosting.ts'
import type { InitialFile } from '../../../environments/environment.ts'
import type { NewFile } from '../../../environments/environments.ts'
import { filePathFrom, shownPath } from '../../../environments/paths.ts'
import { invalid } from '../../../openai/invalid.ts'
import type { SentFile } from './schema.ts'

/** Bytes of one file, and of all of one request, that come as base64. */
const limits = { file: 5_242_880, all: 10_485_760 }

/** A file that was sent, and what is shown of it. */
export interface ReadFile extends NewFile {
  shown: InitialFile
}

/** Finds what the caller has uploaded. Throws `not_found`. */
export type FindUpload = (id: string) => Pick<NewFile, 'size' | 'read'>

/** The files of a request. Throws for a path or for bytes that are wrong, and for too many bytes. */
export function filesFrom(sent: readonly SentFile[], param: string, find: FindUpload): ReadFile[] {
  const files = sent.map((file, index) => fileFrom(file, `${param}[${index}]`, find))
  checkDistinct(files, param)
  const all = files.reduce((sum, { shown, size }) => sum + (shown.file_id === undefined ? size : 0), 0)
  if (all > limits.all) throw invalid(`Files that are sent inline have at most ${limits.all} bytes together.`, param)
  return files
}

export function fileFrom(sent: SentFile, param: string, find: FindUpload): ReadFile {
  const at = (name: string) => (param === '' ? name : `${param}.${name}`)
  const parts = filePathFrom(sent.path, at('path'))
  const { size, read } = sent.type === 'file_id' ? find(sent.file_id) : inline(sent.data, at('data'))
  const from = sent.type === 'file_id' ? { file_id: sent.file_id } : {}
  return { parts, size, read, shown: { id: newId('file'), ...from, path: shownPath(parts), size_bytes: size } }
}

function inline(data: string, param: string): Pick<NewFile, 'size' | 'read'> {
  const bytes = bytesFrom(data, param)
  return { size: bytes.length, read: async () => bytes }
}

/** Finds the uploads of one owner. */
export function uploadsOf(owner: string, { uploads }: Pick<Hosting, 'uploads'>): FindUpload {
  return (id) => {
    const upload = uploads.find(owner, id)
    return { size: upload.size, read: () => buffer(uploads.read(upload)) }
  }
}

/** Throws for what is no standard base64; its padding may be missing. */
function bytesFrom(data: string, param: string): Buffer {
  if (data.length > (limits.file * 4) / 3 + 4)
    throw invalid(`A file that is sent inline has at most ${limits.file} bytes.`, param)
  const bytes = Buffer.from(data, 'base64')
  const unpadded = (text: string) => text.replace(/={1,2}$/, '')
  if (unpadded(bytes.toString('base64')) !== unpadded(data)) throw invalid('This is no standard base64.', param)
  return bytes
}

/** Throws where a file would lie in the place of another, or of the folder of another. */
function checkDistinct(files: readonly ReadFile[], param: string): void {
  const paths = files.map(({ shown }) => shown.path)
  const wrong = paths.findIndex((path, index) =>
    paths.some((other, place) => place !== index && (other === path ? place < index : path.startsWith(`${other}/`)))
  )
  if (wrong >= 0) throw invalid('Another file has this path, or a folder on the way to it.', `${param}[${wrong}].path`)
}
