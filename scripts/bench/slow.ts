/** A prompt with this word is answered slowly: with so many deltas, so many events a second. */
export const slowWord = 'bench-slowly'
export const slowRate = 100
export const slowDeltas = 300
