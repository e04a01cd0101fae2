import { shown } from './figures.ts'
import type { Growth, GrowthPoint } from './row.ts'

const size = { width: 720, height: 420, left: 70, right: 190, top: 30, bottom: 50 }
const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd']

/** Latency against concurrency, both logarithmic, as an SVG image: the median as a line, and the 95th percentile as a dashed one. */
export function plotOf(growth: readonly Growth[]): string {
  const points = growth.flatMap((one) => one.points)
  const x = scale(
    points.map(({ load }) => load),
    size.left,
    size.width - size.right
  )
  const y = scale(
    points.flatMap(({ ms }) => [ms.median, ms.p95]),
    size.height - size.bottom,
    size.top
  )
  const path = ({ points }: Growth, of: (point: GrowthPoint) => number) =>
    points.map((point) => `${x.at(point.load).toFixed(1)},${y.at(of(point)).toFixed(1)}`).join(' ')
  const lines = growth.flatMap((one, index) => {
    const line = (of: (point: GrowthPoint) => number, style: string) =>
      `<polyline points="${path(one, of)}" fill="none" stroke="${colours[index % colours.length]}" ${style}/>`
    return [line(({ ms }) => ms.median, 'stroke-width="2"'), line(({ ms }) => ms.p95, 'stroke-dasharray="4 4"')]
  })
  const names = growth.map(({ what }, index) =>
    text(size.width - size.right + 14, size.top + 20 * index + 12, what, `fill="${colours[index % colours.length]}"`)
  )
  const loads = [...new Set(points.map(({ load }) => load))]
  const below = loads.map((load) =>
    text(x.at(load), size.height - size.bottom + 20, String(load), 'text-anchor="middle"')
  )
  const beside = y.decades.map(
    (ms) =>
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y.at(ms).toFixed(1)}" y2="${y.at(ms).toFixed(1)}" stroke="#ddd"/>${text(size.left - 8, y.at(ms) + 4, shown(ms), 'text-anchor="end"')}`
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${[...beside, ...below, ...lines, ...names].join('\n')}
${text(size.left, size.top - 12, 'ms for an answer: median, and dashed the 95th percentile')}
${text(size.left, size.height - 10, 'clients at once')}
</svg>
`
}

/** A logarithmic scale from `values` to `start`…`end`, with the powers of ten in between. */
function scale(
  values: readonly number[],
  start: number,
  end: number
): { at: (value: number) => number; decades: number[] } {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))]
  const at = (value: number) => start + ((Math.log10(value) - low) / (high - low || 1)) * (end - start)
  const decades: number[] = []
  for (let power = Math.ceil(low); power <= high; power++) decades.push(10 ** power)
  return { at, decades }
}

function text(x: number, y: number, what: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${what.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
}
