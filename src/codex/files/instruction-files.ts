/** The files from which codex (0.169) takes instructions, in a folder or in CODEX_HOME: the first that is not empty. */
export const instructionFiles = ['AGENTS.override.md', 'AGENTS.md'] as const
