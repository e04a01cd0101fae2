import { DownloadError } from '../http/outgoing/download.ts'
import type { Download } from '../http/outgoing/download.ts'
import { Shares } from '../http/outgoing/shares.ts'
import { lifetime } from '../http/lifetime.ts'
import type { GatewayContext } from '../http/state.ts'
import { invalid } from '../openai/invalid.ts'

/** Images of one request that are fetched. */
const maxImages = 16
/** Requests that fetch images at once, of all owners together. */
const maxAtOnce = 64

/** Messages or items with each image that has an https URL as a data URL; `at` is their place in the request. The same ones where nothing is fetched. Throws for an image that cannot be had. */
export type FetchImages = <Item extends object>(
  ctx: GatewayContext,
  items: readonly Item[],
  at: string
) => Promise<Item[]>

/** Fetches nothing: an image must come as a data URL. */
export const noRemoteImages: FetchImages = async (_ctx, items) => [...items]

/** One image that is to be fetched, with its path in the request. */
interface Wanted {
  url: string
  param: string
}

/** Fetches the images of a request one after another, and counts them among the bytes of its body. */
export function remoteImages(download: Download): FetchImages {
  const shares = new Shares(maxAtOnce)
  return async (ctx, items, at) => {
    const wanted = items.flatMap((item, index) => wantedIn(item, `${at}[${index}]`))
    if (wanted.length === 0) return [...items]
    const excess = wanted[maxImages]
    if (excess) throw invalid(`At most ${maxImages} images of one request are fetched.`, excess.param)
    using _share = shares.take(ctx.state.principal.id)
    const fetched = new Map<string, string>()
    for (const { url, param } of wanted)
      if (!fetched.has(url)) fetched.set(url, await dataUrlOf(ctx, url, param, download))
    return items.map((item) => replaced(item, fetched))
  }
}

async function dataUrlOf(ctx: GatewayContext, url: string, param: string, download: Download): Promise<string> {
  const count = (bytes: number) => ctx.state.reserve?.(Math.ceil((bytes * 4) / 3))
  try {
    const bytes = await download(url, lifetime(ctx), count)
    return `data:image/png;base64,${bytes.toString('base64')}` // its true type is seen when it is read
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error
    throw invalid(
      `This image could not be fetched: ${error.message}. Send the image itself, as a base64 data URL.`,
      param
    )
  }
}

/** The lists of parts that a message or an item may have. */
const lists = ['content', 'output'] as const

function partsOf(item: object, list: (typeof lists)[number]): readonly object[] {
  const parts = (item as Record<string, unknown>)[list]
  return Array.isArray(parts) ? (parts as object[]) : []
}

function urlIn(part: object): string | undefined {
  const { image_url: image } = part as { image_url?: string | { url: string } }
  const url = typeof image === 'object' ? image.url : image
  return url !== undefined && /^https?:/i.test(url) ? url : undefined
}

function wantedIn(item: object, at: string): Wanted[] {
  return lists.flatMap((list) =>
    partsOf(item, list).flatMap((part, index) => {
      const url = urlIn(part)
      const { image_url: image } = part as { image_url?: unknown }
      const param = `${at}.${list}[${index}].image_url${typeof image === 'object' ? '.url' : ''}`
      return url === undefined ? [] : [{ url, param }]
    })
  )
}

function replaced<Item extends object>(item: Item, fetched: ReadonlyMap<string, string>): Item {
  const changes = lists.flatMap((list) => {
    const parts = partsOf(item, list)
    if (!parts.some((part) => urlIn(part) !== undefined)) return []
    const withData = parts.map((part) => {
      const url = fetched.get(urlIn(part) ?? '')
      return url === undefined ? part : { ...part, image_url: url }
    })
    return [[list, withData] as const]
  })
  return changes.length === 0 ? item : { ...item, ...Object.fromEntries(changes) }
}
