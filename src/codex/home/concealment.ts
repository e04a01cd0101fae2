import { existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Means, View } from '../process/isolation.ts'
import { canonical, contains } from '../files/paths.ts'
import { coverOf, foldersOf } from './covers.ts'
import type { OpenFolder, Places } from './covers.ts'
import type { Secrets } from './secrets.ts'

/** How secrets are hidden from one codex and its commands. Looked up each time, for files come and go. */
export interface Concealment {
  /** What codex itself sees otherwise than others, where there are namespaces. */
  view: () => View
  /** Changes when a codex that starts now would see other things than one that started earlier. */
  hiding: () => string
  /** What a permission profile has to hide, because codex sees it. Canonical paths that exist. */
  denied: () => string[]
  /** Secret files that commands could read while the file is replaced. */
  open: () => OpenSecret[]
}

/** A secret file, and why its folder cannot be hidden. */
export interface OpenSecret extends OpenFolder {
  file: string
}

export interface ConcealmentOptions {
  secrets: Secrets
  /** Folders that codex needs and no command. */
  ownFolders?: readonly string[] | undefined
  /** The CODEX_HOME: that of persistent threads is itself secret, and codex needs it. */
  codexHome: string
  places: Places
  means: Means
  /** The folder with the folders of all turns. */
  base: string
}

/** Everything is hidden from codex itself where that is possible: a permission profile makes each turn's start slower (see `boundsAround`). */
export function concealmentOf({
  secrets,
  ownFolders = [],
  codexHome,
  means,
  base,
  places: given
}: ConcealmentOptions): Concealment {
  const [own = ''] = secrets.logins
  const isIn = (folder: string) => contains(folder, given.program)
  const aside = means === 'namespace' && [dirname(own), dirname(canonical(own))].some(isIn)
  const needed = () => ({
    ...given,
    codex: [...given.codex, codexHome, ...ownFolders, dirname(own), ...foldersOf(own)]
  })
  const apart = () => ({ ...needed(), program: aside ? base : given.program }) // what the profile must leave to commands
  const login = () => coverOf(own, apart(), 'profile')
  const foreign = () => secrets.logins.slice(1).filter((file) => canonical(file) !== canonical(own)) // workspaces may share a login
  const files = () => [...secrets.files, ...foreign()]
  const covers = () => {
    const left = needed()
    return files().map((file) => ({ file, ...coverOf(file, left, means === 'namespace' ? means : 'profile') }))
  }
  const hidden = () => covers().flatMap((cover) => cover.hidden)
  return {
    view: () => {
      const left = needed()
      return {
        hidden: [...secrets.folders.filter((path) => !left.codex.includes(path)), ...hidden()], // another's home may have the login
        shown: shownFrom(left),
        ...(aside && { program: given.program })
      }
    },
    // Without namespaces too: the threads that are loaded in it have the permission profile with which they were opened.
    hiding: () => [...secrets.folders, ...(means === 'namespace' ? hidden().map(versionOf) : [])].join(),
    denied: () => {
      const folders = means === 'namespace' ? secrets.folders.filter((path) => path === codexHome) : secrets.folders
      return outermost([
        ...login().hidden,
        ...ownFolders,
        ...folders,
        ...(means === 'namespace' ? [] : [...hidden(), base])
      ])
    },
    open: () =>
      [{ file: own, ...login() }, ...covers()].flatMap(({ file, open }) => open.map((one) => ({ file, ...one })))
  }
}

function shownFrom({ program, codex, work, searched, home = [] }: Places): string[] {
  return existing([program, ...codex, ...work, ...searched, ...home])
}

/** Codex (0.169) cannot hide anything inside of what it hides, nor what a link leads to, nor what is not there. */
function outermost(paths: readonly string[]): string[] {
  const all = existing(paths)
  return all.filter((path) => !all.some((outer) => outer !== path && contains(outer, path)))
}

/** Canonical, as far as they are there. */
function existing(paths: readonly string[]): string[] {
  return [...new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)))]
}

/** A file by its inode: what replaces it is not hidden. */
function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return `${path}:${stats?.isFile() ? stats.ino : ''}`
}

/** The folder with codex and what it brings along; the binary alone where it brings nothing. */
export function programFolderOf(binary: string): string {
  const folder = dirname(dirname(binary))
  return existsSync(join(folder, 'codex-resources')) ? folder : binary
}

/** The folders of a PATH, canonical, as far as they are there. */
export function foldersOnPath(searchPath = ''): string[] {
  return existing(searchPath.split(delimiter).filter((folder) => folder.startsWith('/')))
}
