import { randomBytes } from 'node:crypto'
import type { Documents } from './documents.ts'

/** Keeps nothing, where nothing is to be on disk. */
export const noDocuments: Documents = {
  newName: async () => randomBytes(24).toString('hex'),
  put: async () => Promise.reject(new Error('nothing is kept here')),
  get: async () => undefined,
  touch: async () => {},
  delete: async () => false
}
