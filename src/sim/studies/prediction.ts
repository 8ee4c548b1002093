// What a prediction is: a published figure, and how it is taken from runs.

import type { PointResult } from './study.ts'

export type FigureUnit = 'ratio' | 'gain' | 'steps' | 'bytes' | 'gbps' | 'ns' | 'count'

/** One published figure and what the simulation says to it. */
export interface PublishedRow {
  readonly id: string
  /** What was measured, in words. */
  readonly what: string
  /** How it is set up here. */
  readonly setup: string
  readonly unit: FigureUnit
  readonly published: number
  readonly source: string
  /** What counts as a hit: both ends inclusive. */
  readonly low: number
  readonly high: number
  /** The price that was fitted to this figure, in words; absent where none was. */
  readonly fitted?: string
}

export interface PublishedFigure extends PublishedRow {
  /** Null until the runs that it needs are done. */
  readonly figure: number | null
  readonly holds: boolean | null
  /** What else the runs said. */
  readonly note: string
}

export type Point = (id: string) => PointResult

export interface Prediction extends PublishedRow {
  /** Ids of the runs that it needs. */
  readonly needs: readonly string[]
  figure(point: Point): number
  note(point: Point): string
}
