// What the page has to say, in a card over it. All cards stand in one place.

import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { text } from '../text/en.ts'
import { useEscape } from './escape.ts'
import { useFocusBack } from './focus.ts'

interface NoticeProps {
  readonly title?: string
  readonly testid?: string
  /** What to do about it: buttons. */
  readonly actions?: ReactNode
  /** By a button, or by Escape when nothing else takes it; without it the card stays as long as its reason. */
  readonly onDismiss?: (() => void) | undefined
  readonly dismiss?: string
  readonly children: ReactNode
}

export function Notice({ title, testid, actions, onDismiss, dismiss = text.problem.dismiss, children }: NoticeProps) {
  useFocusBack()
  useEscape(onDismiss)
  return (
    <section className="a-card" role="alert" data-testid={testid}>
      {title && (
        <h2>
          <TriangleAlert size={16} strokeWidth={1.75} aria-hidden="true" /> {title}
        </h2>
      )}
      {children}
      {(actions || onDismiss) && (
        <div className="a-actions">
          {actions}
          {onDismiss && (
            <button type="button" className="u-button u-bare" onClick={onDismiss}>
              {dismiss}
            </button>
          )}
        </div>
      )}
    </section>
  )
}
