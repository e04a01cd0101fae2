import { realpath, stat } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { GatewayError } from '../../turn/error.ts'
import { contains } from './paths.ts'

/**
 * The canonical path of what `path` names in `folder`, which is canonical: relative to it, or absolute and inside. Throws
 * where that lies outside, by `..` or by a link, or is not there; `param` is the field at fault.
 */
export async function placeIn(
  folder: string,
  path: string,
  { kind, param }: { kind: 'file' | 'folder' | 'any'; param: string }
): Promise<string> {
  const full = resolve(folder, path)
  if (!contains(folder, full)) throw outside(param)
  const found = await realpath(full).catch(() => undefined)
  if (found !== undefined && !contains(folder, found)) throw outside(param)
  const stats = found === undefined ? undefined : await stat(found).catch(() => undefined)
  const fits = stats !== undefined && (kind === 'any' || (kind === 'folder') === stats.isDirectory())
  if (found === undefined || !fits)
    throw new GatewayError(
      'invalid_request',
      `Invalid value for '${param}': there is no such ${kind === 'any' ? 'file or folder' : kind} in the workspace.`,
      {
        param
      }
    )
  return found
}

/** A canonical place in `folder` as it is stored and shown; '' is the folder itself. */
export function shownPlace(folder: string, place: string): string {
  return relative(folder, place)
}

function outside(param: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Invalid value for '${param}': it must lie in the folder of the workspace.`,
    {
      param
    }
  )
}
