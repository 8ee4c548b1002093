// Words of the history under the map, fetched with it.

import { viewText } from './views.ts'

export const addressTimeText = {
  title: viewText.addressTime.title,
  sub: (band: string) => `share of each ${band} band mapped,`,
  subStrong: 'new mappings strong',
  ring: 'ring',
  held: 'held long',
  batch: 'batch',
  none: viewText.addressTime.none,
  now: 'now',
  nowPercent: 'now %',
  describe: (from: string, to: string, ms: string, regions: string) =>
    `Share of each address band that is mapped over time, ${from} to ${to}, up to ${ms} ms. Now: ${regions}.`,
  describeFormer: (ms: string, window: string) => ` Up to ${ms} ms another window was there: ${window}.`,
  former: (from: string, to: string, page: string) => `${from} to ${to}, ${page} pages`,
  region: (name: string, share: string) => `${name} ${share}`,
  cell: (ms: string, from: string, share: string) => `at ${ms} ms, from ${from}: ${share} mapped`,
  columns: (bands: readonly string[]) => ['ms', ...bands],
} as const

export const lanesText = {
  title: viewText.lanes.title,
  cpu: 'CPU',
  wait: 'wait %',
  ramp: 'share of time, square root',
  rampMost: '25 %',
  describe: (cpus: number, worst: string, share: string) =>
    cpus === 1
      ? `How long the CPU waited for a lock over time. In the last millisecond it waited ${share}.`
      : `How long each of ${cpus} CPUs waited for a lock over time. In the last millisecond CPU ${worst} waited most, ${share}.`,
  cell: (cpu: number, ms: string, share: string) => `CPU ${cpu} at ${ms} ms: waited ${share}`,
  columns: ['CPU', 'waited in the last ms', 'waited since the start'],
} as const

export const timelineText = {
  title: viewText.timeline.title,
  mapped: 'mapped',
  refused: 'refused',
  useful: 'of it data',
  limit: (size: string) => size,
  describeNone: (refused: string) => `There is nothing to map in; ${refused} refused so far.`,
  describe: (mapped: string, window: string, useful: string, refused: string) =>
    `${mapped} of ${window} mapped, ${useful} of that is data; ${refused} refused so far.`,
  columns: ['ms', 'mapped', 'data', 'refused', 'frames without a buffer'],
} as const
