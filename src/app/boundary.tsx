// A part that cannot be drawn says so in its place, and the rest of the page goes on.

import { Component, type ReactNode, useContext, useSyncExternalStore } from 'react'
import { LabContext } from '../store/context.ts'

interface CatchProps {
  /** Another one: what was open when it failed is open no longer. */
  readonly opened: string
  readonly children: ReactNode
  readonly broken: (message: string, again: () => void) => ReactNode
}

class Catch extends Component<CatchProps, { readonly message: string | null }> {
  override state = { message: null }
  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) }
  }
  override componentDidUpdate({ opened }: CatchProps) {
    if (this.state.message !== null && opened !== this.props.opened) this.again()
  }
  again = () => this.setState({ message: null })
  override render() {
    const { message } = this.state
    return message === null ? this.props.children : this.props.broken(message, this.again)
  }
}

const nobody = () => () => {}

/** Draws its children; when they throw, what `broken` makes of it. `again` draws them anew, and so does another preset. */
export function Boundary({ children, broken }: Omit<CatchProps, 'opened'>) {
  const lab = useContext(LabContext)
  const opened = useSyncExternalStore(lab?.subscribe ?? nobody, () => lab?.getState().scenario.preset ?? '')
  return (
    <Catch opened={opened} broken={broken}>
      {children}
    </Catch>
  )
}
