import { projectInstructionsAt } from '../codex/project/project-instructions.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import type { TurnRequest } from '../turn/request.ts'
import { folderOf } from '../workspaces/workspace.ts'
import type { Workspace, Workspaces } from '../workspaces/workspace.ts'

/**
 * Adds the AGENTS.md files of the workspace to the instructions of agents. A turn with the caller's own tools is no agent's.
 * Inside `limited`, for it reads files, and at the place where codex runs, for it reads the files there.
 */
export function instructed(engine: Engine, workspaces: Workspaces): Engine {
  const run: RunTurn = async function* (request, signal) {
    const workspace = await workspaces.get(request.workspace).catch(() => undefined) // the engine refuses to run in it
    const isAgent = (request.profile ?? workspace?.profile) === 'agent' && !request.tools?.length
    const project = isAgent && workspace ? await instructionsIn(workspace, request) : undefined
    const instructions = [project, request.instructions].filter((text) => text).join('\n\n')
    yield* engine.run(project === undefined ? request : { ...request, instructions }, signal)
  }
  return { ...engine, run }
}

async function instructionsIn(workspace: Workspace, { folder }: TurnRequest): Promise<string | undefined> {
  const place = folder === undefined ? workspace.folder : await folderOf(folder, workspace).catch(() => undefined)
  return place === undefined ? undefined : projectInstructionsAt(place) // the engine refuses to run where there is none
}
