// Keys and terms. Loaded when it is asked for.

import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { text } from '../text/en.ts'
import { helpText } from '../text/help.ts'
import { useFocusBack } from './focus.ts'

const t = helpText

export default function Help({ onClose }: { onClose: () => void }) {
  useFocusBack()
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="a-shade" />
        {/* It has no trigger that the library could give the focus back to. */}
        <Dialog.Content
          className="a-help"
          aria-describedby="help-about"
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <div className="c-block-head">
            <Dialog.Title asChild>
              <h1>{t.title}</h1>
            </Dialog.Title>
            <Dialog.Close className="c-icon" aria-label={text.top.close}>
              <X size={16} strokeWidth={1.75} aria-hidden="true" />
            </Dialog.Close>
          </div>
          <p id="help-about">{t.about}</p>
          <div className="a-help-columns">
            <section>
              <h2>{t.keys}</h2>
              <p className="a-help-note">{t.singleKeys}</p>
              <dl className="a-keys">
                {t.keyList.map(([keys, what]) => (
                  <div key={keys}>
                    <dt>
                      <kbd>{keys}</kbd>
                    </dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
            <section>
              <h2>{t.terms}</h2>
              <dl className="a-terms">
                {t.termList.map(([term, what]) => (
                  <div key={term}>
                    <dt>{term}</dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
