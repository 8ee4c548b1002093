// What is done to a live lab and taken back, each until nothing is under way.

import { presetById, type Scenario } from '../../sim/index.ts'
import { liveLab } from './live-lab.ts'

export const SOME = ['frames-64k', 'batched', 'nommu', 'pinhole'].map((id) => presetById(id)!)

export function opened(link = 's=frames-64k') {
  const live = liveLab(SOME)
  live.lab.actions.openLink(link)
  live.settle()
  return live
}
export type Live = ReturnType<typeof opened>

export function to(live: Live, ns: number) {
  live.lab.actions.seek(ns)
  live.settle()
}

export function set(live: Live, path: string, value: string | number) {
  live.pass(1000)
  live.lab.actions.setParam(path, value)
  live.settle()
}

export function undo(live: Live) {
  live.lab.actions.undo()
  live.settle()
}

export function redo(live: Live) {
  live.lab.actions.redo()
  live.settle()
}

export const standing = (live: Live) => {
  const { scenario, view, speed } = live.lab.getState()
  const { ns, events } = live.lab.frames.latest()!.status
  return { scenario: plain(scenario), view, speed, ns, events }
}
export const plain = ({ recording: _, ...scenario }: Scenario) => structuredClone(scenario)
