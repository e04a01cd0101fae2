import { realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

/** Whether `path` is `folder` or lies in it. Both are taken as they are written. */
export function contains(folder: string, path: string): boolean {
  return relative(folder, path).split('/')[0] !== '..'
}

/** Absolute and without links; of what is not there yet, as far as it is. */
export function canonical(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const full = resolve(path)
    return full === dirname(full) ? full : join(canonical(dirname(full)), basename(full))
  }
}

/** A folder and all above it, from the folder up. */
export function upwardsFrom(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...upwardsFrom(parent)]
}
