/** UTF-16 units that, each written as `\u0000`, still leave room for a chunk's frame in 32 KiB. */
export const pieceLength = 5_000

/** Cuts a long text between code points, so that no SSE line grows beyond 32 KiB: aiohttp readers break off at 128 KiB. */
export function pieces(text: string, length = pieceLength): string[] {
  if (text.length <= length) return [text]
  const cut: string[] = []
  for (let start = 0, end; start < text.length; start = end) {
    end = Math.min(start + length, text.length)
    if (end < text.length && isHigh(text.charCodeAt(end - 1)) && isLow(text.charCodeAt(end))) end -= 1
    if (end === start) end += 2
    cut.push(text.slice(start, end))
  }
  return cut
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000
