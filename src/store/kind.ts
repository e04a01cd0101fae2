import type { z } from 'zod'
import type { Bounds } from './shrink.ts'

/** What one kind of record is. */
export interface Kind<T> {
  name: string
  /** Rises with every change of the schema that old records do not fit. */
  version: number
  schema: z.ZodType<T>
  /** By version: what makes a record of that version one of the next. A record without its upgrade is not found. */
  upgrades?: Readonly<Record<number, (old: unknown) => unknown>> | undefined
  bounds: Bounds
  /** The id of the record that this one continues. */
  parentOf?: ((value: T) => string | null) | undefined
}
