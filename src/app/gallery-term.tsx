// What a word of a question means, above the presets that were found by it. Fetched with the terms, when something is asked.

import { useLab } from '../store/context.ts'
import { STOP_WORDS } from '../text/asked.ts'
import { galleryText as t } from '../text/gallery.ts'
import { termIn } from '../text/terms.ts'

export function GalleryTerm({ query }: { query: string }) {
  const { actions } = useLab()
  const term = termIn(query, (word) => !STOP_WORDS.has(word))
  if (!term) return null
  return (
    <p className="g-term" data-testid="gallery-term">
      <span>
        <b>{term.term}</b> {term.says}
      </span>
      <button
        type="button"
        className="u-button u-bare"
        aria-label={t.search.inHelpOf(term.term)}
        onClick={() => actions.openHelp(term.term)}
      >
        {t.search.inHelp}
      </button>
    </p>
  )
}
