// Where a sentence stands that has no place of its own.

import { type ReactNode, useState } from 'react'
import { missingText as t } from '../text/missing.ts'
import { Notice } from './notice.tsx'

/** Where a part has no place of its own for the sentence. */
export function card({ onClose }: { onClose?: () => void }, missing: ReactNode): ReactNode {
  return <MissingNotice onClose={onClose}>{missing}</MissingNotice>
}

/** Dismissed, the wish to open it is taken back; where nobody wished, it is only out of sight. */
function MissingNotice({ onClose, children }: { onClose: (() => void) | undefined; children: ReactNode }) {
  const [hidden, hide] = useState(false)
  return hidden ? null : <Notice onDismiss={onClose ?? (() => hide(true))}>{children}</Notice>
}

/** In the place of the whole page. */
export function PageBroken(message: string): ReactNode {
  return (
    <section className="a-card a-alone" role="alert" data-testid="page-broken">
      <h2>{t.pageBroken}</h2>
      <p>
        <code>{message}</code>
      </p>
      <p>{t.pageRest}</p>
      <div className="a-actions">
        <button type="button" className="u-button" onClick={() => location.reload()}>
          {t.reload}
        </button>
      </div>
    </section>
  )
}
