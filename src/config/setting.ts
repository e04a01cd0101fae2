import type { z } from 'zod'

/** One environment variable: what an unset or empty one means, how a value is read, and its line in the README. */
export interface Setting<T = unknown> {
  /** As it stands in `.env.example`; '' where there is no default. */
  default: string
  parse: z.ZodType<T, string>
  about: string
}

/** A setting by its three parts. */
export const setting = <T>(fallback: string, parse: z.ZodType<T, string>, about: string): Setting<T> => ({
  default: fallback,
  parse,
  about
})
