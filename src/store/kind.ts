import type { z } from 'zod'
import type { Bounds } from './shrink.ts'

/** What the values of one kind are. */
export interface ValueKind<T> {
  name: string
  /** Rises with every change of the schema that old values do not fit. */
  version: number
  schema: z.ZodType<T>
  /** By version: what makes a value of that version one of the next. A value without its upgrade is not found. */
  upgrades?: Readonly<Record<number, (old: unknown) => unknown>> | undefined
}

/** What one kind of record is. */
export interface Kind<T> extends ValueKind<T> {
  bounds: Bounds
  /** The id of the record that this one continues. */
  parentOf?: ((value: T) => string | null) | undefined
  /** Texts by which a list can be filtered. */
  labelsOf?: ((value: T) => Readonly<Record<string, string>>) | undefined
}
