// What pictures are drawn with: a run that stands still, panels of cells, and what is common to several of them.

import {
  buildFrame,
  CELL_FAILED,
  createArrays,
  type ProbeFrames,
  type ProbeId,
  type ProbeTypes,
  type Run,
  type Summary,
} from '../sim/index.ts'
import { code, NOTHING, type Panel, type PictureKind } from '../views/pictures/format.ts'

/** A run where its picture is taken. */
export interface Moment {
  readonly run: Run
  summary(table?: number): Summary
  /** The frame of one probe; an Error where the machine has nothing of the kind. */
  frame<K extends ProbeId>(id: K, request: ProbeTypes[K]['request']): ProbeTypes[K]['frame']
}

export interface Drawn {
  readonly kind: PictureKind
  readonly panels: readonly Panel[]
  readonly cells: readonly number[]
}

export type Draw = (m: Moment) => Drawn

export function momentOf(run: Run): Moment {
  const frameOf = (probes: object, table = 0) =>
    buildFrame(
      run.machine,
      { probes, table, inspect: null, logLines: 0 },
      { mode: 'paused', underway: null },
      { source: 0, request: 0, revision: 0 },
      createArrays(),
    )
  return {
    run,
    summary: (table) => frameOf({}, table).summary,
    frame<K extends ProbeId>(id: K, request: ProbeTypes[K]['request']) {
      const { views, failed } = frameOf({ [id]: request })
      const found = (views as ProbeFrames)[id]
      if (!found) throw new Error(`${run.machine.scenario.preset}: no ${id}${failed?.[id] ? `: ${failed[id]}` : ''}`)
      return found as ProbeTypes[K]['frame']
    },
  }
}

/** Columns of the pictures over time. */
export const COLUMNS = 192

/** Panels one after the other. */
export function sheet(kind: PictureKind) {
  const panels: Panel[] = []
  const cells: number[] = []
  return {
    panel(shape: Panel, at: (column: number, row: number) => number): void {
      panels.push(shape)
      for (let r = 0; r < shape.rows; r++) for (let c = 0; c < shape.columns; c++) cells.push(at(c, r))
    },
    done: (): Drawn => ({ kind, panels, cells }),
  }
}

/** The most, and the mean, of the columns of the recorder that column `c` of `of` stands for. */
export function over(c: number, of: number, filled: number, value: (column: number) => number) {
  const from = Math.floor((c * filled) / of)
  const to = Math.max(from + 1, Math.floor(((c + 1) * filled) / of))
  let [most, sum] = [0, 0]
  for (let i = from; i < to; i++) {
    most = Math.max(most, value(i))
    sum += value(i)
  }
  return { most, mean: sum / (to - from), sum }
}

export type Sheet = ReturnType<typeof sheet>

/** Up to eight owners have a colour each; of more, neighbours share one. */
export const hueOf = (owner: number, of: number) => (of <= 8 ? owner : Math.floor((owner * 8) / of))

/** A track of what went wrong, as high as it was often, where it ever did. */
export function happened({ filled }: { filled: number }, counts: Float32Array, out: Sheet): void {
  const sums = Array.from({ length: COLUMNS }, (_, c) => over(c, COLUMNS, filled, (i) => counts[i]!).sum)
  const most = Math.max(...sums)
  if (most === 0) return
  const rows = 6
  out.panel({ columns: COLUMNS, rows, style: 'flat', weight: 1.6, before: 'space' }, (c, r) =>
    Math.sqrt(sums[c]! / most) > (rows - 1 - r) / rows ? code.state(CELL_FAILED) : NOTHING,
  )
}

/** When something was refused, under what is drawn; nothing where nothing was. */
export const refusals = (m: Moment, out: Sheet) => {
  const f = m.frame('timeline', {})
  happened(f, f.refused, out)
}
