// The table twin of a picture: the same facts as text, one toggle per view, shared by the parts of a view that
// stand apart on the page.

import { useSyncExternalStore } from 'react'
import { count } from '../../lib/format.ts'
import { useLab } from '../../store/context.ts'
import type { Lab } from '../../store/state.ts'
import { viewText } from '../../text/views.ts'
import { says } from '../../ui/says.tsx'
import { type TableTwin, TWIN_ROWS } from '../view.ts'

/** Views that show their table, by the lab that they are of. */
const tables = new WeakMap<Lab, Set<string>>()
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether a view shows its table, and the way to change it. */
export function useTwin(id: string): readonly [shown: boolean, toggle: () => void] {
  const lab = useLab()
  const shown = useSyncExternalStore(subscribe, () => tables.get(lab)?.has(id) ?? false)
  const toggle = () => {
    const open = tables.get(lab) ?? new Set()
    tables.set(lab, open)
    if (!open.delete(id)) open.add(id)
    for (const listener of listeners) listener()
  }
  return [shown, toggle]
}

export function TwinButton({ id, title }: { id: string; title: string }) {
  const [shown, toggle] = useTwin(id)
  return (
    <button
      type="button"
      className="v-icon"
      aria-pressed={shown}
      aria-label={viewText.tableOf(title)}
      {...says('view.twin', shown ? viewText.pictureOf(title) : viewText.tableOf(title))}
      onClick={toggle}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 3.5v9" fill="none" stroke="currentColor" />
      </svg>
    </button>
  )
}

export function Twin({ title, table, height }: { title: string; table: TableTwin; height: number }) {
  const rows = table.rows.slice(0, TWIN_ROWS)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
    <section className="v-twin" style={{ maxHeight: height }} tabIndex={0} aria-label={viewText.tableOf(title)}>
      <table>
        <caption>
          {title}
          {table.total > rows.length && <> · {viewText.tableCut(rows.length, count(table.total))}</>}
        </caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((value, at) =>
                at === 0 ? (
                  <th key={table.columns[at]} scope="row">
                    {value}
                  </th>
                ) : (
                  <td key={table.columns[at]}>{value}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
