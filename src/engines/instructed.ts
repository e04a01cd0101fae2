import { projectInstructionsAt } from '../codex/project/project-instructions.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import type { ProfileName } from '../turn/request.ts'

/**
 * Adds what the AGENTS.md files of the workspace say to the instructions of agents. A turn with the caller's own tools is no agent's.
 * Inside `limited`, for it reads files, and at the place where codex runs, for it reads the files there.
 */
export function instructed(
  engine: Engine,
  { workspace, profile }: { workspace: string; profile: ProfileName }
): Engine {
  const run: RunTurn = async function* (request, signal) {
    const isAgent = (request.profile ?? profile) === 'agent' && !request.tools?.length
    const project = isAgent ? await projectInstructionsAt(workspace) : undefined
    const instructions = [project, request.instructions].filter((text) => text).join('\n\n')
    yield* engine.run(project === undefined ? request : { ...request, instructions }, signal)
  }
  return { ...engine, run }
}
