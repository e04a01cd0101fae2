import { z } from 'zod'

/** A list that is always empty here. JSON Schema has no tuple of nothing. */
export const noItems = z.array(z.unknown()).max(0) as unknown as z.ZodType<[]>
