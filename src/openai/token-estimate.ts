import { textsOf } from '../turn/prompt-size.ts'
import type { HistoryItem, TurnRequest, UserInput } from '../turn/request.ts'
import { Base64Bytes } from './base64-bytes.ts'
import { imageKinds } from './image-size.ts'
import type { ImageSize } from './image-size.ts'

/** What OpenAI's tokenizers need for a token of prose or code, in bytes of UTF-8 (o200k_base: 4.0 in English, 2 to 5 elsewhere). */
const bytesPerToken = 4
/** What a message or a call needs beside its text: its role, and where it begins and ends. */
const tokensPerItem = 4

/**
 * About how many tokens a turn's request has: its texts by their length, its tools and its schema by their JSON, images by OpenAI's
 * rule. What Codex adds by itself, and reasoning, which is encrypted, are not in it.
 */
export function estimatedTokens(turn: TurnRequest): number {
  const { history = [], input, instructions, tools = [], outputSchema } = turn
  const items = history.length + (input.length > 0 ? 1 : 0) + (instructions ? 1 : 0)
  const schemas = [...tools, ...(outputSchema ? [outputSchema] : [])].map((schema) => JSON.stringify(schema))
  const bytes = [...textsOf(turn), ...schemas].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const images = [...history.flatMap(partsOf), ...input].flatMap((part) => (part.type === 'image' ? part.url : []))
  return Math.ceil(bytes / bytesPerToken) + items * tokensPerItem + images.reduce((sum, url) => sum + tokensOf(url), 0)
}

function partsOf(item: HistoryItem): readonly UserInput[] {
  if (item.type === 'message') return item.content
  return item.type === 'tool_result' ? item.output : []
}

/** Tokens of an image in high detail, which Codex sends: a base, and so many for each tile of 512 pixels (OpenAI's figures for GPT-5). */
const image = { base: 70, tile: 140, tileSide: 512, longest: 2_048, shortest: 768 }

function tokensOf(url: string): number {
  const bytes = new Base64Bytes(url, url.indexOf(',') + 1)
  const size = Object.values(imageKinds)
    .find(({ is }) => is(bytes))
    ?.size(bytes)
  return image.base + image.tile * tilesOf(size ?? { width: image.longest, height: image.longest })
}

/** The tiles of an image once it is scaled to fit a square of 2,048 pixels, and its shorter side to 768. */
function tilesOf({ width, height }: ImageSize): number {
  const fit = Math.min(1, image.longest / Math.max(width, height))
  const scale = fit * Math.min(1, image.shortest / (Math.min(width, height) * fit))
  const tiles = (side: number) => Math.max(1, Math.ceil(Math.round(side * scale) / image.tileSide))
  return tiles(width) * tiles(height)
}
