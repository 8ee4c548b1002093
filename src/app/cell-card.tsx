// What was clicked, where the rail is a drawer: the inspector's card over the half of the map that the cell is not in.

import { useMemo } from 'react'
import { Inspector } from '../controls/rail.ts'
import type { Frame } from '../sim/index.ts'
import { useApp, useFrame, useLab } from '../store/context.ts'
import { shareOfRow } from '../views/index.ts'
import { useEscape } from './escape.ts'
import './cell-card.css'

export default function CellCard() {
  const selected = useApp((s) => s.view.selected)
  return selected === null ? null : <Over entry={selected} />
}

function Over({ entry }: { entry: number }) {
  const { actions } = useLab()
  const late = useFrame(useMemo(() => (frame: Frame) => shareOfRow(frame, entry) > 0.5, [entry])) ?? false
  useEscape(
    useMemo(
      () => () => {
        actions.hover(null)
        actions.select(null)
      },
      [actions],
    ),
  )
  return (
    <div className={late ? 'a-cell-card' : 'a-cell-card a-cell-late'} data-testid="cell-card">
      <Inspector />
    </div>
  )
}
