import type { z } from 'zod'

/** A field that may be left out or null, which both stand for `value`. */
export const orElse = <T extends z.ZodType, const D>(schema: T, value: D) =>
  schema.nullish().transform((given): z.output<T> | D => given ?? value)

/** A field that may be left out or null, which both mean that it is not there. */
export const ifGiven = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((given): z.output<T> | undefined => given ?? undefined)
