/** Changes a text that comes in pieces. However it is cut, what comes out is the same when put together. */
export interface TextFilter {
  /** The next piece; returns what is certain by now, perhaps ''. */
  push: (text: string) => string
  /** Nothing follows; returns what was buffered. */
  end: () => string
}

/** Through several filters, in order. */
export function chained(filters: readonly TextFilter[]): TextFilter {
  return {
    push: (text) => filters.reduce((piece, filter) => filter.push(piece), text),
    end: () => filters.reduce((piece, filter) => filter.push(piece) + filter.end(), '')
  }
}
