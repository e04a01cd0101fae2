import { z } from 'zod'

const diagnostics = z.object({ process: z.object({ residentMemoryBytes: z.number().nullish() }) })

/** Bytes of resident memory, of what `server/diagnostics` answers (codex-cli 0.169); undefined where it does not say. */
export function memoryFrom(answer: unknown): number | undefined {
  return diagnostics.safeParse(answer).data?.process.residentMemoryBytes ?? undefined
}
