import { anonymous, digestOf, legacyOwnerOf, principalFrom } from './principal.ts'
import type { Credential, Principal } from './principal.ts'

/** The tokens that are valid now. Only their hashes are stored. */
export class Tokens {
  #principals = new Map<string, Principal>()
  #formerOwners = new Map<string, string>()
  #workspaces = new Set<string>()

  constructor(credentials: readonly Credential[]) {
    this.#set(credentials)
  }

  /** From now on these are valid, and no others. Throws as `check` does. */
  replace(credentials: readonly Credential[]): void {
    this.check(credentials)
    this.#set(credentials)
  }

  /** Throws when these would leave a gateway that requires a token without any. */
  check(credentials: readonly Credential[]): void {
    if (this.required && credentials.length === 0)
      throw new Error('No token is configured any more, and a running gateway is never opened: restart it to do so.')
  }

  /** False when there are none: then every caller is admitted. */
  get required(): boolean {
    return this.#principals.size > 0
  }

  /** The principal of a valid token. What is looked up is a hash, so the time it takes reveals nothing about the tokens. */
  principalOf(token: string): Principal | undefined {
    return this.principalOfDigest(digestOf(token))
  }

  /** The same of what `digestOf` makes of it. */
  principalOfDigest(digest: string): Principal | undefined {
    return this.#principals.get(digest)
  }

  /** Whether a token of this principal is valid. */
  hasPrincipal(id: string): boolean {
    if (!this.required) return id === anonymous.id
    return [...this.#principals.values()].some((principal) => principal.id === id)
  }

  /** Whether one of them names this workspace. */
  nameWorkspace(id: string): boolean {
    return this.#workspaces.has(id)
  }

  /** Ids that records of these tokens may have been stored under before, each with the id they belong to now. */
  get formerOwners(): ReadonlyMap<string, string> {
    return this.#formerOwners
  }

  /** A token that is listed both with and without a name has the name. */
  #set(credentials: readonly Credential[]): void {
    const named = credentials.filter(({ name }) => name !== undefined)
    const all = [...credentials, ...named]
    this.#principals = new Map(all.map((credential) => [digestOf(credential.token), principalFrom(credential)]))
    this.#formerOwners = new Map(all.flatMap(formerOwnersOf))
    this.#workspaces = new Set(credentials.flatMap(({ workspaces = [] }) => workspaces))
  }
}

function formerOwnersOf(credential: Credential): [former: string, now: string][] {
  const { id } = principalFrom(credential)
  const unnamed = principalFrom({ token: credential.token }).id
  return [legacyOwnerOf(credential.token), unnamed].filter((former) => former !== id).map((former) => [former, id])
}
