import { join } from 'node:path'
import { contains } from '../codex/files/paths.ts'
import type { Secrets } from '../codex/home/secrets.ts'
import { othersPaths } from './definition.ts'
import type { LocatedWorkspace } from './definition.ts'

export interface HiddenOptions {
  /** All workspaces that there are now. */
  all: () => readonly LocatedWorkspace[]
  /** Files and folders of the gateway's own. */
  files: readonly string[]
  folders: readonly string[]
  /** Folders that are hidden as they are, but for the own part: what is created in them later is hidden too. Canonical. */
  roots: readonly string[]
}

/** What the commands of one workspace must not read, looked up each time: other workspaces come and go. */
export function hiddenFrom(own: LocatedWorkspace, { all, files, folders, roots }: HiddenOptions): Secrets {
  const others = () => all().filter((other) => other !== own)
  const isOwn = (path: string) => [own.codexHome, own.threadsHome, own.store].includes(path)
  const isInRoot = (path: string) => roots.some((root) => contains(root, path))
  return {
    get logins() {
      return [own, ...others()].map(({ codexHome }) => join(codexHome, 'auth.json'))
    },
    files,
    get folders() {
      const paths = othersPaths(own, others()).filter((path) => !isInRoot(path))
      return [...new Set([own.store, own.threadsHome, ...roots, ...paths, ...folders.filter((path) => !isOwn(path))])]
    }
  }
}
