import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { contains } from '../files/paths.ts'

/** What commands and codex must still reach while secrets are hidden. Canonical paths. */
export interface Places {
  /** The folder with codex and what it brings along. */
  program: string
  /** What codex itself needs, but no command. */
  codex: readonly string[]
  /** Folders that commands work in. */
  work: readonly string[]
  /** Folders of PATH. */
  searched: readonly string[]
  /** HOME of commands, where it lies in a folder that is hidden: what of it is secret is hidden by itself. */
  home?: readonly string[]
}

/**
 * Who hides a folder: a mount namespace around codex, in which needed paths inside of the folder can be shown again, or a
 * permission profile of codex, which hides all of it, from commands only.
 */
export type Hider = 'namespace' | 'profile'

/** How a secret file is hidden. */
export interface Cover {
  /** Folders and files to hide. */
  hidden: string[]
  /** Folders that cannot be hidden: a file that replaces the secret one there is readable for the commands that run then. */
  open: OpenFolder[]
}

export interface OpenFolder {
  folder: string
  /** What else lies there: what commands work in or run, or codex, which a profile would hide too. */
  holds: 'work' | 'system' | 'codex'
}

/**
 * Hides the folders in which a file can be replaced, not the file: the kernel drops a mount over a file that another file
 * is renamed onto, in all namespaces. The file itself only where its folder cannot be hidden. Nothing where there is no file.
 */
export function coverOf(file: string, places: Places, hider: Hider): Cover {
  if (!existsSync(file)) return { hidden: [], open: [] }
  if (process.platform !== 'linux') return { hidden: [realpathSync(file)], open: [] } // by path there, not by mount
  const folders = foldersOf(file)
  const open = folders.flatMap((folder): OpenFolder[] => {
    const holds = obstacleTo(folder, places, hider)
    return holds === undefined ? [] : [{ folder, holds }]
  })
  const hidden = folders.filter((folder) => !open.some((one) => one.folder === folder))
  const real = realpathSync(file)
  return { hidden: hidden.includes(dirname(real)) ? hidden : [...hidden, real], open }
}

/** The canonical folders of a file and of the links that lead to it: replacing any of these names replaces the file. */
export function foldersOf(file: string): string[] {
  const folders: string[] = []
  for (let path = file; existsSync(path);) {
    const folder = realpathSync(dirname(path))
    if (folders.push(folder) > 40) break
    const target = linkTarget(join(folder, basename(path)))
    if (target === undefined) break
    path = resolve(folder, target)
  }
  return [...new Set(folders)]
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined // no link
  }
}

const system = ['/', '/bin', '/dev', '/etc', '/lib', '/lib64', '/proc', '/run', '/sbin', '/sys', '/tmp', '/usr', '/var']

function obstacleTo(folder: string, places: Places, hider: Hider): OpenFolder['holds'] | undefined {
  const { program, codex, work, searched } = places
  if ([...system, '/usr/lib', '/var/lib', '/var/tmp', realpathSync(tmpdir())].includes(folder)) return 'system'
  const isNeeded = hider === 'namespace' ? work.includes(folder) : work.some((path) => contains(folder, path))
  if (isNeeded || searched.includes(folder)) return 'work'
  const inCodex = hider === 'namespace' ? codex.some((path) => contains(path, folder)) : contains(folder, program)
  return inCodex || contains(program, folder) ? 'codex' : undefined
}
