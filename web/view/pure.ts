import { Component } from 'preact'
import type { ComponentChildren } from 'preact'

/** A component that is drawn again only when one of its properties is another one. */
export function pure<Props extends object>(draw: (props: Props) => ComponentChildren) {
  return class Pure extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const keys = Object.keys(next) as (keyof Props)[]
      return keys.some((key) => next[key] !== this.props[key])
    }
    override render(props: Readonly<Props>): ComponentChildren {
      return draw(props)
    }
  }
}
