import type { UserInput } from '../turn/request.ts'
import { invalid } from './invalid.ts'

/** Bytes that one image may have, decoded. */
export const maxImageBytes = 20 * 1024 * 1024

const header = /^data:image\/(png|jpeg|jpg|webp|gif);base64,/i
/** Global, so that a search can begin behind the header without copying what may be 27 MB. */
const notBase64 = /[^A-Za-z0-9+/]/g

const kinds: Readonly<Record<string, (bytes: Buffer) => boolean>> = {
  png: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
  jpeg: (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  gif: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1')),
  webp: (bytes) => /^RIFF.{4}WEBP/s.test(bytes.toString('latin1'))
}

/**
 * An image from a request as a turn's input; the data URL is kept as it is, and only its first bytes are decoded.
 * Throws a `GatewayError` that names `param`, the path of the URL.
 */
export function imageInput(url: string, param: string): UserInput {
  if (/^https?:/i.test(url))
    throw invalid('Images are not fetched from other hosts. Send the image itself, as a base64 data URL.', param)
  const [head, subtype] = header.exec(url.slice(0, 64)) ?? []
  if (head === undefined || subtype === undefined) {
    throw invalid('An image must be a base64 data URL of type image/png, image/jpeg, image/webp or image/gif.', param)
  }
  checkBase64(url, head.length, param)
  checkKind(url.slice(head.length, head.length + 24), subtype.toLowerCase().replace('jpg', 'jpeg'), param)
  return { type: 'image', url }
}

function checkBase64(url: string, start: number, param: string): void {
  const length = url.length - start
  notBase64.lastIndex = start
  const padding = url.endsWith('==') ? 2 : url.endsWith('=') ? 1 : 0
  if ((length / 4) * 3 - padding > maxImageBytes)
    throw invalid(`This image is larger than ${maxImageBytes / 1024 / 1024} MiB.`, param)
  const firstStrange = notBase64.exec(url)?.index ?? url.length
  if (length === 0 || length % 4 !== 0 || firstStrange !== url.length - padding) {
    throw invalid('The image’s data is not valid base64: it needs its padding, and may hold no line breaks.', param)
  }
}

function checkKind(beginning: string, declared: string, param: string): void {
  const bytes = Buffer.from(beginning, 'base64')
  const found = Object.keys(kinds).find((kind) => kinds[kind]?.(bytes))
  if (found === undefined) throw invalid('The image’s data is neither PNG, JPEG, WebP nor GIF.', param)
  if (found !== declared) throw invalid(`The image says that it is image/${declared}, but it is image/${found}.`, param)
}
