import { z } from 'zod'

export const manifestName = 'manifest.json'

/** What the first entry of an archive says about it. */
const manifestSchema = z.object({
  format: z.literal(1),
  workspace: z.string(),
  /** CODEX_HOME when it was saved. */
  home: z.string(),
  /** The version of codex. */
  codex: z.string(),
  /** ISO 8601. */
  saved_at: z.string(),
  /** Counts the times that the workspace was saved. */
  generation: z.number().int().positive()
})

export type Manifest = z.output<typeof manifestSchema>

/** Throws where it is none, or one of a later gateway. */
export function parseManifest(text: string): Manifest {
  return manifestSchema.parse(JSON.parse(text))
}
