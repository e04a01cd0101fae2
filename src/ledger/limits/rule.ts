import type { Limit } from '../../turn/limit.ts'
import type { Group } from '../group.ts'
import type { Subject } from '../usage.ts'

/** Whom a limit is for, and what happens where it is reached. */
export interface Rule {
  /** `*`, `principal:NAME`, `key:ID` or `workspace:ID`; `principal:*`: each by itself. */
  readonly subject: string
  readonly limit: Limit
  /** Those that count; all when left out. A name may end in `*`. */
  readonly models?: readonly string[] | undefined
  /** `stop` the turns that run, let them `finish`, or only `warn`. */
  readonly on_limit: 'stop' | 'finish' | 'warn'
}

/** A rule as it is for one turn. */
export interface AppliedRule extends Rule {
  /** The subject without `*`, unless it is all together. */
  readonly name: string
  readonly of: Subject
}

/** The rules that hold for a group; for any model where it has none. */
export function rulesFor(rules: readonly Rule[], group: Asking): AppliedRule[] {
  return rules.flatMap((rule) => {
    if (group.model !== undefined && !matches(rule.models, group.model)) return []
    const [kind = '', wanted] = rule.subject.split(/:(.*)/)
    if (kind === '*') return [{ ...rule, name: '*', of: {} }]
    if (kind !== 'principal' && kind !== 'key' && kind !== 'workspace') return []
    const value = group[kind]
    if (value === '' || (wanted !== '*' && wanted !== value)) return []
    return [{ ...rule, name: `${kind}:${value}`, of: { [kind]: value } }]
  })
}

type Asking = Pick<Group, 'principal' | 'key' | 'workspace'> & Partial<Pick<Group, 'model'>>

function matches(models: readonly string[] | undefined, model: string): boolean {
  return models?.some((name) => (name.endsWith('*') ? model.startsWith(name.slice(0, -1)) : name === model)) ?? true
}
