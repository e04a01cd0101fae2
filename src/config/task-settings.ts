import { choice, integer, list, tasksFile } from './parse.ts'
import { setting } from './setting.ts'

/** The settings about tasks, in the order in which people read about them. */
export const taskSettings = {
  CODEX_TASKS_FILE: setting(
    '',
    tasksFile,
    'File of task templates, TOML or JSON: see docs/tasks.md. Unset: there is one, `deployment`.'
  ),
  CODEX_TASK_ENV: setting(
    '',
    list,
    'Names of the variables that a task may give its commands (`env`), separated by commas. Unset: none.'
  ),
  CODEX_TASK_CONCURRENCY: setting(
    '0',
    integer(0, 1_000),
    'Tasks that run at once, each in a slot of CODEX_MAX_CONCURRENCY; 0: half of the slots.'
  ),
  CODEX_MAX_TASKS: setting(
    '10000',
    integer(1, 1_000_000),
    'Tasks that may wait and run, and half of them for one principal when several tokens are configured; further ones are refused with 429.'
  ),
  CODEX_TASK_TIMEOUT_SECONDS: setting(
    '3600',
    integer(1, 604_800),
    'Seconds that a task may run, unless it asks for less; time in the queue and time that it waits for a limit to be lifted are not counted.'
  ),
  CODEX_WHEN_LIMITED: setting(
    'fail',
    choice(['fail', 'wait']),
    'What a task or a background response does where a usage limit is reached, unless it says it itself: `fail`, or `wait` until the limit is lifted.'
  ),
  CODEX_TASK_TTL_HOURS: setting(
    '168',
    integer(1, 87_600),
    'Hours that a task stays after its end, and that it may take until then.'
  )
}
