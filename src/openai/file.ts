import { z } from 'zod'
import type { UserInput } from '../turn/request.ts'
import { Base64Bytes } from './base64-bytes.ts'
import { maxImageBytes } from './image.ts'
import type { ReadImage } from './image.ts'
import { imageKinds } from './image-size.ts'
import { invalid } from './invalid.ts'

/** A file as clients send it: `file_data` is a data URL, or base64 alone. `null` is absent. */
export const fileFields = {
  file_data: z.string().nullish(),
  filename: z.string().max(1_024, 'at most 1024 characters').nullish(),
  file_id: z.string().nullish(),
  file_url: z.string().nullish()
}

const fields = z.object(fileFields)
export type FileFields = z.output<typeof fields>

/** Parts of a message that hold a file, in the spellings of both APIs, and sounds, which Codex does not take. */
export const filePart = z.object({ type: z.literal('input_file'), ...fileFields })
export const nestedFilePart = z.object({ type: z.literal('file'), file: fields })
export const soundPart = z.object({ type: z.literal('input_audio') })

const text = new TextDecoder('utf-8', { fatal: true })

/** A file as a turn's input: a text under its name, or an image. `at` is its place in the request. Throws for any other, with what would be right. */
export function fileInputFrom({ file_data: data, filename }: FileFields, at: string, readImage: ReadImage): UserInput {
  if (!data)
    throw invalid(
      'Files are neither stored nor fetched here. Send the file itself, as a base64 data URL in `file_data`.',
      at
    )
  const param = `${at}.file_data`
  const bytes = bytesIn(data, param)
  const image = imageKindOf(bytes)
  if (image !== undefined) return readImage(`data:image/${image};base64,${bytes.toString('base64')}`, param)
  return { type: 'text', text: `File${filename ? ` ${JSON.stringify(filename)}` : ''}:\n${textIn(bytes, param)}` }
}

/** Throws the refusal of a sound. */
export function refuseSound(at: string): never {
  throw invalid('Codex takes no audio. Send what is said as text.', `${at}.type`)
}

function bytesIn(data: string, param: string): Buffer {
  if ((data.length / 4) * 3 > maxImageBytes + 256)
    throw invalid(`This file is larger than ${maxImageBytes / 1024 / 1024} MiB.`, param)
  const [head = ''] = /^data:[^,]{0,200},/i.exec(data) ?? []
  const isEncoded = head === '' || /;base64,$/i.test(head)
  const bytes = isEncoded ? Buffer.from(data.slice(head.length), 'base64') : unescaped(data.slice(head.length), param)
  if (bytes.length === 0) throw invalid('The file is empty, or its data is not base64.', param)
  return bytes
}

function unescaped(data: string, param: string): Buffer {
  try {
    return Buffer.from(decodeURIComponent(data))
  } catch {
    throw invalid('The file’s data is not a valid data URL.', param)
  }
}

function imageKindOf(bytes: Buffer): string | undefined {
  const start = new Base64Bytes(bytes.subarray(0, 48).toString('base64'), 0)
  return Object.entries(imageKinds).find(([, { is }]) => is(start))?.[0]
}

function textIn(bytes: Buffer, param: string): string {
  if (bytes.subarray(0, 1_024).includes('%PDF-'))
    throw invalid('Codex takes no PDF files. Send its text, or its pages as images.', param)
  try {
    if (!bytes.includes(0)) return text.decode(bytes)
  } catch {
    // refused below, as other binary data is
  }
  throw invalid('Codex takes no files but images and texts in UTF-8. Send what is in it as text.', param)
}
