import type { UserInput } from '../turn/request.ts'
import { Base64Bytes } from './base64-bytes.ts'
import { isComplete } from './image-end.ts'
import { imageKinds } from './image-size.ts'
import { invalid } from './invalid.ts'

/** Bytes that one image may have, decoded. */
export const maxImageBytes = 20 * 1024 * 1024

const header = /^data:image\/([\w.+-]+);base64,/i
/** Global, so that a search can begin behind the header without copying what may be 27 MB. */
const notBase64 = /[^A-Za-z0-9+/]/g

/** An image from a request as a turn's input. Throws a `GatewayError` that names `param`, the path of the URL. */
export type ReadImage = (url: string, param: string) => UserInput

/**
 * Checks images without decoding them whole. A wrong label is corrected: the model API would refuse it. One that has more
 * pixels than `maxMegapixels` is refused: a few KB may declare gigabytes, which codex would then allocate.
 */
export function imageReader({ maxMegapixels }: { maxMegapixels: number }): ReadImage {
  return (url, param) => {
    if (/^https?:/i.test(url))
      throw invalid(
        'Images are not fetched from other hosts, unless the operator allows it (CODEX_FETCH_IMAGES=1). Send the image itself, as a base64 data URL.',
        param
      )
    const [head, subtype] = header.exec(url.slice(0, 128)) ?? []
    if (head === undefined || subtype === undefined)
      throw invalid('An image must be a base64 data URL of type image/png, image/jpeg, image/webp or image/gif.', param)
    checkBase64(url, head.length, param)
    const kind = checkedKind(new Base64Bytes(url, head.length), maxMegapixels, param)
    return { type: 'image', url: subtype === kind ? url : `data:image/${kind};base64,${url.slice(head.length)}` }
  }
}

function checkBase64(url: string, start: number, param: string): void {
  const length = url.length - start
  notBase64.lastIndex = start
  const padding = url.endsWith('==') ? 2 : url.endsWith('=') ? 1 : 0
  if ((length / 4) * 3 - padding > maxImageBytes)
    throw invalid(`This image is larger than ${maxImageBytes / 1024 / 1024} MiB.`, param)
  const firstStrange = notBase64.exec(url)?.index ?? url.length
  if (length === 0 || length % 4 !== 0 || firstStrange !== url.length - padding) {
    throw invalid('The image’s data is not valid base64: it needs its padding, and may not contain line breaks.', param)
  }
}

function checkedKind(bytes: Base64Bytes, maxMegapixels: number, param: string): string {
  const [name, kind] = Object.entries(imageKinds).find(([, { is }]) => is(bytes)) ?? []
  if (name === undefined || kind === undefined)
    throw invalid('The image’s data is neither PNG, JPEG, WebP nor GIF.', param)
  const size = kind.size(bytes)
  if (size === undefined) throw damaged(name, param)
  if (size.width * size.height > maxMegapixels * 1_000_000)
    throw invalid(
      `This image has ${size.width} × ${size.height} pixels; at most ${maxMegapixels} megapixels are accepted.`,
      param
    )
  if (!isComplete(name, bytes)) throw damaged(name, param)
  return name
}

const damaged = (name: string, param: string) =>
  invalid(`This ${name} image is damaged or cut off. Send all of its bytes.`, param)
