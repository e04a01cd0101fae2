/** What a workspace may be called: it stands in URLs, and for managed ones it names a folder. */
export const isWorkspaceId = (text: string): boolean => /^[a-z\d][a-z\d_-]{0,63}$/.test(text)

/** What is wrong with an id that is none. */
export const workspaceIdRule =
  'must be 1 to 64 lower-case letters, digits, "-" and "_", and begin with a letter or a digit'
