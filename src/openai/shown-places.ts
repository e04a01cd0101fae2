/** Places of a request that one answer names in a header. */
const maxShown = 16

/** Places such as `tools[3]`, as a header names them: where there are too many the first ones, and the list itself for the others. */
export function shownPlaces(places: string[], list: string): string[] {
  return places.length > maxShown ? [...places.slice(0, maxShown), list] : places
}
