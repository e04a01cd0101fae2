import { shown } from './figures.ts'
import type { Figures } from './figures.ts'
import type { About } from './machine.ts'
import { ratioOf, shortfalls } from './row.ts'
import type { Growth, Results, Row } from './row.ts'

/** The tables as Markdown, which reads well as text too. */
export function textOf(results: Results, about: About): string {
  const { rows, clients, history } = results
  const parts = [
    `${about.date}, ${about.cores} × ${about.processor}, ${about.memoryGb} GB, ${about.system}, Node ${about.node}; ${about.seconds} s${about.quick ? ', quick and so rough' : ''}. Each figure: minimum / median / 95th percentile.`
  ]
  if (rows.length > 0) parts.push(table(['', 'gateway', 'beside it', '', 'ratio', 'target', ''], rows.map(cells)))
  if (clients.length > 0) parts.push(table(['Clients at once', ...growthHead], clients.flatMap(growthCells)))
  if (history.length > 0) parts.push(table(['KB of history', ...growthHead], history.flatMap(growthCells)))
  const short = shortfalls(results)
  parts.push(short.length > 0 ? short.map((line) => `- ${line}`).join('\n') : 'Every target is met.')
  return `${parts.join('\n\n')}\n`
}

function cells(row: Row): string[] {
  const { what, unit, ours, other, target } = row
  const verdict = target === undefined ? '' : target.met ? 'met' : '**not met**'
  return [
    what,
    `${figures(ours)} ${unit}`,
    other ? figures(other.figures) : '',
    other?.what ?? '',
    other ? shown(ratioOf(row)) : '',
    target?.text ?? '',
    verdict
  ]
}

const growthHead = ['', 'ms', 'answers a second', 'MB of its process', 'MB with all codexes']

function growthCells({ what, points }: Growth): string[][] {
  return points.map(({ load, ms, perSecond, gatewayMb, allMb }) => [
    String(load),
    what,
    figures(ms),
    shown(perSecond),
    shown(gatewayMb),
    shown(allMb)
  ])
}

const figures = ({ count, min, median, p95 }: Figures) =>
  count === 1 ? shown(median) : [min, median, p95].map(shown).join(' / ')

function table(head: string[], body: string[][]): string {
  const line = (columns: string[]) => `| ${columns.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}
