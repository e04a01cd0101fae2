/** A file that a turn left in `/workspace/outputs`, as it was then. Times are Unix milliseconds. */
export interface Artifact {
  id: string
  owner: string
  session: string
  environment: string
  turn: string
  /** As callers see it. */
  path: string
  size: number
  /** SHA-256 of the owner that published it and its bytes, in hexadecimal. */
  hash: string
  /** The file that it was copied from, as it was then. */
  stamp: string
  createdAt: number
  /** Of its session; null where it was not noted. */
  workspace: string | null
}

export const artifactColumns = 'id, owner, session, environment, turn, path, size, hash, stamp, created_at, workspace'

export function artifactFrom(row: readonly unknown[]): Artifact {
  const [id, owner, session, environment, turn, path, size, hash, stamp, createdAt, workspace] = row
  return {
    ...{ id: String(id), owner: String(owner), session: String(session), environment: String(environment) },
    ...{ turn: String(turn), path: String(path), size: Number(size), hash: String(hash), stamp: String(stamp) },
    createdAt: Number(createdAt),
    workspace: typeof workspace === 'string' ? workspace : null
  }
}
