// Everything that the page could ask of a machine at one moment: each probe of each table, cards, searches, brushes.

import { ENTRY_MAPPING, ENTRY_STRIDE } from '../machine/state.ts'
import type { Machine } from '../machine/wiring.ts'
import { COLOURS_BY } from '../probes/cells.ts'
import { buildFrame, type Frame, type FrameWish, type ProbeRequests, probes } from '../probes/frame.ts'
import { createArrays } from '../probes/probe.ts'

const ROWS = 64
/** Entries that the second frame shows of a table: the whole of a large one is asked for once. */
const SHOWN = 65_536
const LINES = 50

/** A frame with all probes for each table that there is, and in a second one a part of the window by another colour. */
export function everyFrame(m: Machine): readonly Frame[] {
  const { tables } = m.state
  return tables.flatMap((table, i) =>
    table ? [frameOf(m, i, true, 0), frameOf(m, i, false, 1 + (m.state.events % (COLOURS_BY.length - 1)))] : [],
  )
}

function frameOf(m: Machine, table: number, breaks: boolean, colour: number): Frame {
  const { size } = m.state.tables[table]!.geometry
  const { nowNs } = m.state
  const entry = breaks ? someMapped(m, table) : size - 1
  const request = {
    table,
    first: 0,
    count: breaks ? size : Math.min(SHOWN, Math.ceil(size / 3)),
    columns: 64,
    maxRows: ROWS,
    colourBy: COLOURS_BY[colour]!,
    breaks,
    path: breaks ? [] : [0],
    entry: breaks ? null : entry,
  }
  const wish: FrameWish = {
    probes: Object.fromEntries(probes.map((p) => [p.id, request])) as ProbeRequests,
    table,
    inspect: { table, entry },
    logLines: LINES,
    search: { text: breaks ? 'cpu:0' : 'fail', from: breaks ? null : entry },
    filter: breaks
      ? {
          time: { fromNs: nowNs / 3, toNs: nowNs },
          entries: { first: Math.floor(size / 4), count: Math.ceil(size / 2) },
        }
      : null,
  }
  const ids = { source: 0, request: 1, revision: 0 }
  const frame = buildFrame(m, wish, { mode: 'paused', underway: null }, ids, createArrays())
  if (frame.failed) throw new Error(JSON.stringify(frame.failed))
  return frame
}

/** The first mapped entry of the first 4096 of a table, or 0. */
function someMapped(m: Machine, table: number): number {
  const { entries, geometry } = m.state.tables[table]!
  const most = Math.min(geometry.size, 4096)
  for (let e = 0; e < most; e++) if (entries.data[e * ENTRY_STRIDE + ENTRY_MAPPING]! > 0) return e
  return 0
}
