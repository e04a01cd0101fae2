import { mkdir, realpath } from 'node:fs/promises'
import { contains } from '../codex/files/paths.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { GatewayError } from '../turn/error.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'
import { Activity } from './activity.ts'
import { checkDistinct, isSame, locateWorkspace } from './definition.ts'
import type { Definitions, LocatedWorkspace } from './definition.ts'
import { hiddenFrom } from './hidden.ts'
import { madeManaged, managedIds } from './managed.ts'
import type { ManagedOptions } from './managed.ts'
import { Views } from './views.ts'

export interface KnownOptions {
  /** Files and folders of the gateway's own that no command may read. */
  secretFiles: readonly string[]
  secretFolders?: readonly string[] | undefined
  /** Folders of homes and of managed workspaces, made where they are missing. Each workspace sees its own part of them. */
  roots?: readonly string[] | undefined
  /** Whether a root can be hidden but for one part. Where it cannot, all that is in it is hidden by name. */
  hidesRoots: boolean
  /** Workspaces that are made when they are needed; none when left out. */
  managed?: ManagedOptions | undefined
}

/** A workspace whose places exist, and the turns that run in it. */
interface Known {
  located: LocatedWorkspace
  activity: Activity
}

/** The workspaces that there are: those that an operator has defined, and managed ones. */
export class KnownWorkspaces {
  readonly #options: KnownOptions
  readonly #views = new Views()
  readonly #known = new Map<string, Known>()
  readonly #making = new Set<string>()
  #all: readonly LocatedWorkspace[] | undefined
  #roots: readonly string[] = []
  #definitions: readonly LocatedWorkspace['definition'][] = []
  #replacing: Promise<unknown> = Promise.resolve()

  constructor(options: KnownOptions) {
    this.#options = options
  }

  get definitions(): Definitions {
    return this.#definitions as unknown as Definitions
  }

  /** Resolves to the ids of those that are no longer, or no longer as they were. Rejects, and changes nothing, where these cannot be. */
  replace(definitions: Definitions): Promise<string[]> {
    const result = this.#replacing.then(() => this.#replace(definitions))
    this.#replacing = result.catch(() => {})
    return result
  }

  /** Makes a managed one where that is allowed. Rejects with `workspace_not_found` where there is none. */
  async find(id: string): Promise<Known & { secrets: Secrets }> {
    const known = this.#known.get(id) ?? (await this.#make(id))
    return { ...known, secrets: this.#secretsOf(known.located) }
  }

  async #replace(definitions: Definitions): Promise<string[]> {
    const { roots = [], hidesRoots } = this.#options
    const canonical = await Promise.all(roots.map(prepared))
    this.#roots = hidesRoots ? canonical : []
    const changed = definitions.filter((one) => !isSame(one, this.#known.get(one.id)?.located.definition))
    const located = await Promise.all(changed.map(locateWorkspace))
    const ids = new Set(definitions.map(({ id }) => id))
    const gone = this.#definitions.filter(({ id }) => !ids.has(id)).map(({ id }) => id)
    const replaced = [...gone, ...changed.map(({ id }) => id)]
    const others = [...this.#known.values()].filter((one) => !replaced.includes(one.located.definition.id))
    checkDistinct(definitions, [...located, ...others.map((one) => one.located)])
    for (const id of replaced) this.#known.delete(id)
    this.#all = undefined
    this.#definitions = definitions
    for (const one of located) this.#add(one)
    await this.#addManaged()
    return replaced
  }

  /** Those that there are already: their places are hidden from the others before they are used. */
  async #addManaged(): Promise<void> {
    const { managed } = this.#options
    const ids = managed ? await managedIds(managed) : []
    const missing = ids.filter((id) => !this.#known.has(id))
    for (const one of await Promise.all(missing.map((id) => madeManaged(managed!, id))))
      if (!this.#known.has(one.definition.id)) this.#add(one)
  }

  async #make(id: string): Promise<Known> {
    const { managed } = this.#options
    if (!managed || !isWorkspaceId(id) || !managed.isNamed(id)) throw notFound(id)
    if (this.#known.size - this.#definitions.length + this.#making.size >= managed.max)
      throw new GatewayError(
        'overloaded',
        'No more workspaces can be made. The operator can raise CODEX_MAX_WORKSPACES.',
        {
          retryAfter: 60
        }
      )
    this.#making.add(id)
    try {
      const located = await madeManaged(managed, id)
      return this.#known.get(id) ?? this.#add(located) // an operator may have defined it meanwhile
    } finally {
      this.#making.delete(id)
    }
  }

  /** The first turn waits for those from which it is not hidden. */
  #add(located: LocatedWorkspace): Known {
    const { id } = located.definition
    const isHidden = [located.home, located.folder].every((path) => this.#roots.some((root) => contains(root, path)))
    const known = { located, activity: new Activity(this.#views, isHidden ? 0 : this.#views.advance()) }
    this.#known.set(id, known)
    this.#all = undefined
    return known
  }

  #secretsOf(own: LocatedWorkspace): Secrets {
    const { secretFiles: files, secretFolders: folders = [] } = this.#options
    const all = () => (this.#all ??= [...this.#known.values()].map(({ located }) => located))
    return hiddenFrom(own, { all, files, folders, roots: this.#roots })
  }
}

/** Canonical. */
async function prepared(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return realpath(folder)
}

/** For turns that were accepted before their workspace vanished: what callers may not use is refused before. */
function notFound(id: string): GatewayError {
  return new GatewayError('workspace_not_found', `There is no workspace ${JSON.stringify(id.slice(0, 128))}.`)
}
