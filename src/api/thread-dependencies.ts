import type { Waiting } from '../http/answer/waiting.ts'
import type { ReadBody } from '../http/body/body.ts'
import type { ChooseEffort } from '../models/effort.ts'
import type { ResolvedModel, ResolveModel } from '../models/resolve.ts'
import type { ReadImage } from '../openai/image.ts'
import type { AppServerCalls } from '../threads/calls.ts'
import type { ThreadSettings } from '../threads/settings.ts'
import type { ThreadChanges } from '../threads/thread-changes.ts'
import type { ThreadTurns } from '../threads/thread-turns.ts'
import type { Threads } from '../threads/threads.ts'
import type { Effort } from '../turn/request.ts'
import type { Work } from '../work/work.ts'

/** What drives threads. */
export interface ThreadServices {
  threads: Threads
  changes: ThreadChanges
  turns: ThreadTurns
  calls: AppServerCalls
}

export interface ThreadsDependencies extends ThreadServices {
  readBody: ReadBody
  resolveModel: ResolveModel
  chooseEffort: ChooseEffort
  readImage: ReadImage
  maxPromptChars: number
  work: Work
  waiting?: Waiting | undefined
}

/** The settings that a name of a model stands for, and the effort that is wanted or near to it. */
export async function settingsOfModel(
  { model, effort, profile, sandbox }: ResolvedModel,
  chooseEffort: ChooseEffort,
  asked: Effort | undefined
): Promise<ThreadSettings> {
  const wanted = asked ?? effort
  const chosen = wanted && (await chooseEffort(model, wanted))
  return {
    ...(model !== undefined && { model }),
    ...(chosen !== undefined && { effort: chosen }),
    ...(profile !== undefined && { profile }),
    ...(sandbox !== undefined && { sandbox })
  }
}
