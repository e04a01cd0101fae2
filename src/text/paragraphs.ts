/** Joins what several items say by blank lines: gives each delta as it is to be said. */
export function paragraphs(): (itemId: string, delta: string) => string {
  let last: string | undefined
  return (itemId, delta) => {
    const joined = last === undefined || last === itemId ? delta : `\n\n${delta}`
    last = itemId
    return joined
  }
}
