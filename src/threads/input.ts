import { resolve } from 'node:path'
import { readRegularFile } from '../codex/files/regular-file.ts'
import { GatewayError } from '../turn/error.ts'
import type { UserInput } from '../turn/request.ts'
import { placeIn } from '../codex/files/place-in.ts'

/** One part of a message, as callers write it. Paths are relative to where the turn works, or absolute. */
export type InputPart =
  | { type: 'text'; text: string }
  | { type: 'image'; url: string }
  | { type: 'localImage'; path: string }
  | { type: 'skill'; name: string; path: string }
  | { type: 'mention'; name: string; path: string }

/** What checks the parts of a message. */
export interface InputChecks {
  /** The workspace's folder, and where in it the turn works; both canonical. */
  folder: string
  cwd: string
  /** Checks an image's data URL and returns it. Throws for one that is refused. */
  readImage: (url: string, param: string) => UserInput
  /** Counts bytes that are about to be read; throws where there is no memory for them. */
  reserve: (bytes: number) => void
  /** Whether codex lists a skill of this path. */
  isSkill: (path: string) => Promise<boolean>
}

/** Bytes that an image may have. */
const maxImageBytes = 20 * 1024 * 1024

/**
 * A message as codex is given it. What names a file names one in the workspace; codex itself reads none of it but a skill: an image
 * is read here, so that nothing can be put in its place between the check and the reading. Throws a `GatewayError` that names the part.
 */
export async function codexInput(parts: readonly InputPart[], checks: InputChecks): Promise<object[]> {
  const input: object[] = []
  for (const [index, part] of parts.entries()) input.push(await codexPart(part, `input[${index}]`, checks))
  return input
}

async function codexPart(part: InputPart, at: string, checks: InputChecks): Promise<object> {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, text_elements: [] }
    case 'image':
      return checks.readImage(part.url, `${at}.url`)
    case 'localImage':
      return checks.readImage(await imageAt(part.path, `${at}.path`, checks), `${at}.path`)
    case 'skill':
      if (!(await checks.isSkill(part.path))) throw noSkill(`${at}.path`)
      return { type: 'skill', name: part.name, path: part.path }
    case 'mention': {
      const path = await placeIn(checks.folder, resolve(checks.cwd, part.path), { kind: 'any', param: `${at}.path` })
      return { type: 'mention', name: part.name, path }
    }
  }
}

async function imageAt(path: string, param: string, { folder, cwd, reserve }: InputChecks): Promise<string> {
  const file = await placeIn(folder, resolve(cwd, path), { kind: 'file', param })
  const bytes = await readRegularFile(file, { maxBytes: maxImageBytes + 1 })
  if (bytes === undefined)
    throw new GatewayError('invalid_request', `Invalid value for '${param}': this file cannot be read.`, { param })
  reserve(bytes.length * 2)
  return `data:image/png;base64,${bytes.toString('base64')}` // what kind it is `readImage` finds out
}

export function noSkill(param: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Invalid value for '${param}': there is no such skill; POST /api/skills/list lists the paths of those there are.`,
    { param }
  )
}
