// Where a sentence stands that has no place of its own.

import type { ReactNode } from 'react'
import { text } from '../text/en.ts'
import { missingText as t } from '../text/missing.ts'

/** Where a part has no place of its own for the sentence. */
export function card({ onClose }: { onClose?: () => void }, missing: ReactNode): ReactNode {
  return (
    <div className="a-cards a-cards-foot">
      <section className="a-card">
        {missing}
        {onClose && (
          <button type="button" className="c-button c-bare" onClick={onClose}>
            {text.problem.dismiss}
          </button>
        )}
      </section>
    </div>
  )
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
        <button type="button" className="c-button" onClick={() => location.reload()}>
          {t.reload}
        </button>
      </div>
    </section>
  )
}
