import { join } from 'node:path'
import { contains } from '../codex/files/paths.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { othersPaths } from './definition.ts'
import type { LocatedWorkspace } from './definition.ts'

export interface HiddenOptions {
  /** All workspaces that there are now: another array only where they are others. */
  all: () => readonly LocatedWorkspace[]
  /** Files and folders of the gateway's own. */
  files: readonly string[]
  folders: readonly string[]
  /** Folders that are hidden as they are, but for the own part: what is created in them later is hidden too. Canonical. */
  roots: readonly string[]
}

/** What the commands of one workspace must not read, looked up each time: other workspaces come and go. */
export function hiddenFrom(own: LocatedWorkspace, { all, files, folders, roots }: HiddenOptions): Secrets {
  const isOwn = (path: string) => [own.codexHome, own.threadsHome, own.sharedHome, own.store].includes(path)
  const isInRoot = (path: string) => roots.some((root) => contains(root, path))
  const lookUp = (now: readonly LocatedWorkspace[]) => {
    const others = now.filter((other) => other !== own)
    const paths = othersPaths(own, others).filter((path) => !isInRoot(path))
    return {
      logins: [own, ...others].map(({ codexHome }) => join(codexHome, 'auth.json')),
      folders: [
        ...new Set([
          own.store,
          own.threadsHome,
          own.sharedHome,
          ...roots,
          ...paths,
          ...folders.filter((path) => !isOwn(path))
        ])
      ]
    }
  }
  let known: { now: readonly LocatedWorkspace[]; found: ReturnType<typeof lookUp> } | undefined
  const found = () => {
    const now = all()
    if (known?.now !== now) known = { now, found: lookUp(now) }
    return known.found
  }
  return {
    get logins() {
      return found().logins
    },
    files,
    get folders() {
      return found().folders
    }
  }
}
