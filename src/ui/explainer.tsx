// Shows what elements marked by says.tsx stand for: when the pointer rests on one, when the keyboard comes to one, and on a
// tap. On touch a control acts when it is tapped; held down, it explains itself.

import { Popper } from 'radix-ui/internal'
import { useEffect, useRef, useState } from 'react'
import { explained } from '../text/explain.ts'
import { listen, type Shown, WORDS_ID, type Words } from './explaining.ts'
import './explainer.css'

/** Narrower than this, css px, nothing stands beside a line. */
const NO_ROOM_BESIDE = 900

/** `words`: a sentence for each mark. */
export function Explainer({ words }: { readonly words: Words }) {
  const [shown, show] = useState<Shown | null>(null)
  const anchor = useRef<Element | null>(null)
  useEffect(() => listen(words, show), [words])
  anchor.current = shown?.target ?? null
  const beside = shown?.target.hasAttribute('data-says-beside') && innerWidth >= NO_ROOM_BESIDE
  const below = shown?.target.hasAttribute('data-says-below')
  return (
    <div>
      {/* What is said of what has the focus, for who does not see it. */}
      <span id={WORDS_ID} hidden />
      {shown && (
        <Popper.Root>
          <Popper.Anchor virtualRef={anchor} />
          <Popper.Content
            key={shown.words}
            className="u-tip"
            role="tooltip"
            side={beside ? 'right' : below ? 'bottom' : 'top'}
            align={beside || shown.target.matches('h2 *') ? 'start' : 'center'}
            sideOffset={beside ? 12 : 6}
            collisionPadding={8}
            updatePositionStrategy="always"
          >
            {shown.name && <b>{shown.name}</b>}
            <p>{shown.words}</p>
            {shown.spelled.length > 0 && <p className="u-tip-more">{shown.spelled.join(' · ')}</p>}
            {shown.more && <p className="u-tip-more">{explained.keys}</p>}
          </Popper.Content>
        </Popper.Root>
      )}
    </div>
  )
}
