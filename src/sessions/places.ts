import type { SessionPlace } from './state.ts'

/** A workspace that nobody has opened a session in since the gateway began: nobody is asked. */
const unknown: SessionPlace = { models: [], model: null, approvalPolicy: 'never', canAsk: false }

/** What sessions of each workspace may do, as it was when somebody last asked for one there. */
export class SessionPlaces {
  readonly #places = new Map<string, SessionPlace>()

  of(workspace: string): SessionPlace {
    return this.#places.get(workspace) ?? unknown
  }

  set(workspace: string, place: SessionPlace): void {
    this.#places.set(workspace, place)
  }
}
