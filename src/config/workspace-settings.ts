import { choice, integer, optionalPath, workspacesFile } from './parse.ts'
import { homesSettings } from './homes-settings.ts'
import { remoteSettings } from './remote-settings.ts'
import { setting } from './setting.ts'

/** The settings about several workspaces, in the order in which people read about them. */
export const workspaceSettings = {
  CODEX_WORKSPACES_FILE: setting(
    '',
    workspacesFile,
    'File of workspaces, TOML or JSON: see docs/workspaces.md. Unset: there is one, `default`, as the other settings say. SIGHUP reloads it.'
  ),
  CODEX_WORKSPACES_DIR: setting(
    '',
    optionalPath,
    'Folder for workspaces that are made when they are first used: those that a line of the token file names and nothing defines. Unset: none are made.'
  ),
  CODEX_APPROVALS: setting(
    'decline',
    choice(['decline', 'ask']),
    'What to do where Codex asks before it acts: `decline`, or `ask` those who watch the session, whose callers may then choose `on-request`. What they allow runs outside of the sandbox. A workspace may have its own (`approvals`).'
  ),
  CODEX_MAX_WORKSPACES: setting('100', integer(1, 10_000), 'Workspaces that may be made in CODEX_WORKSPACES_DIR.'),
  CODEX_MAX_APP_SERVERS: setting(
    '16',
    integer(1, 1_000),
    'Processes of app-server that run at once, at most two for each workspace. For another one, the one that has been idle longest is stopped.'
  ),
  CODEX_WORKSPACE_IDLE_SECONDS: setting(
    '900',
    integer(0, 86_400),
    'Seconds without a turn after which an app-server is stopped; 0: never.'
  ),
  ...remoteSettings,
  ...homesSettings
}
