// Presets as runs, those that play a recording included.

import { createRun, type Run } from '../sim/run/run.ts'
import { presets as all } from '../sim/scenario/presets.ts'
import type { Preset } from '../sim/scenario/schema.ts'
import { playable } from './recordings.ts'

export const presets = all.map(playable)
export const preset = (id: string): Preset => presets.find((p) => p.id === id)!
export const open = (id: string): Run => createRun(preset(id).scenario, preset(id).horizonNs)

/** A run at `ns` that got there in one go. */
export function at(id: string, ns: number): Run {
  const run = open(id)
  run.advance(ns)
  return run
}
