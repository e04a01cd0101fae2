/** Something that happens at most once, or fails to. */
export class Milestone {
  reach: () => void = () => {}
  /** From now on `reached` rejects with this. */
  fail: (error: unknown) => void = () => {}
  readonly reached = new Promise<void>((resolve, reject) => {
    this.reach = resolve
    this.fail = reject
  })

  constructor() {
    this.reached.catch(() => {}) // it may fail before anybody awaits it
  }
}
