/** Where a page of rows in the order of their ids begins: behind the row with the id `after`, or at an end. Ids have no `~`. */
export function pageById({ after, order }: { after?: string | undefined; order: 'asc' | 'desc' }): {
  start: string
  comparison: '<' | '>'
} {
  return order === 'asc' ? { start: after ?? '', comparison: '>' } : { start: after ?? '~', comparison: '<' }
}
