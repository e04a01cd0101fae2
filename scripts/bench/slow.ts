/** A prompt with this word is answered slowly: with so many deltas, so many events a second. */
export const slowWord = 'bench-slowly'
export const slowRate = 100
export const slowDeltas = 300

/** A prompt with this word is answered at once with so many deltas. */
export const longWord = 'bench-at-length'
export const longDeltas = 10_000

/** A prompt with this word is answered with one delta, and never to its end. */
export const openWord = 'bench-without-end'
