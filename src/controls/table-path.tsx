// The way through the table to a page: the one TCE, or the slot that is read at each level of a radix table.

import { ArrowRight } from 'lucide-react'
import { hex } from '../lib/format.ts'
import { type InspectCard, PTE_TO_LARGE } from '../sim/index.ts'
import { useApp } from '../store/context.ts'
import { inspectorText } from '../text/inspector.ts'

const t = inspectorText

export function TablePath({ card }: { card: InspectCard }) {
  const device = useApp((s) => s.scenario.devices[card.table]?.name ?? '')
  const real = Math.floor(card.tce / 4096) * 4096
  const { path } = card
  const end = card.tce === 0 ? t.notSet : hex(real).slice(2)
  const boxes = path ? path.map((step) => String(step.slot)) : [device, `TCE ${card.entry}`]
  const large = path?.at(-1)?.kind === PTE_TO_LARGE
  return (
    <div className="c-path-block">
      <h3>
        {t.tablePath}{' '}
        <span className="u-quiet">
          {path
            ? t.levels(card.levels, large ? path.length : null)
            : `${t.level}, ${t.page(card.tablePage)}, ${t.slot(card.tableSlot)}`}
        </span>
      </h3>
      <div className="c-path" data-testid="table-path">
        {[...boxes, end].map((box, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the level
          <span key={i} className="c-hop">
            {i > 0 && <ArrowRight size={12} strokeWidth={1.75} aria-hidden="true" />}
            <span className="c-box u-mono">{box}</span>
          </span>
        ))}
      </div>
    </div>
  )
}
