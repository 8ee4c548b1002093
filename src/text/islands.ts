// Words of the view of where a guest's memory lies, which are fetched when it is shown.

import { viewText } from './views.ts'

const names = { ram: 'RAM', far: 'far memory' } as const

export const islandsText = {
  title: viewText.islands.title,
  names,
  gutter: { window: 'window', memory: 'memory', address: 'address', scale: 'log scale' },
  key: { mapped: 'mapped', free: 'not mapped', outside: 'outside the window: refused', grow: 'may be plugged in' },
  keyShort: { mapped: 'mapped', free: 'free', outside: 'refused', grow: 'later' },
  window: (size: string, end: string) => `${size} window ends at ${end}`,
  windowShort: (size: string) => `window: ${size}`,
  outside: 'no TCE leads here',
  refused: 'refused',
  labelShort: (name: string, size: string) => `${name} ${size}`,
  label: (name: string, size: string, share: string) => `${name} ${size}, ${share} mapped`,
  gap: (size: string) => `${size} without memory`,
  tail: (size: string) => `${size} to the end of the window`,
  grow: (size: string) => `may grow to ${size}`,
  allInside: (bytes: string, mapped: string) => `All ${bytes} of memory lie inside the window; ${mapped} are mapped.`,
  partOutside: (outside: string, bytes: string) =>
    `${outside} of ${bytes} lie outside of the window: no TCE leads there, and mapping them is refused.`,
  apart: (bytes: string) =>
    `${bytes} of memory, not mapped at its own addresses: a driver’s buffers are mapped when it asks.`,
  help: {
    both: 'drag far memory, or a right edge to resize',
    ram: 'drag the right edge to resize',
    hotplug: 'drag the right edge to plug memory in',
  },
  add: (size: string) => `Add ${size} of far memory`,
  move: 'Address of far memory',
  sizeOf: { ram: 'Size of RAM', far: 'Size of far memory' },
  at: (address: string, place: string) => `${address}, ${place}`,
  noFar: 'none',
  cellInside: (name: string, from: string, to: string, size: string, mapped: string) =>
    `${name}, ${from} to ${to}: ${size}, ${mapped} mapped`,
  cellOutside: (name: string, from: string, to: string, size: string) =>
    `${name}, ${from} to ${to}: ${size} outside of the window, refused`,
  cellGap: (from: string, to: string, size: string) => `no memory from ${from} to ${to}: ${size}`,
  cellTail: (from: string, to: string, size: string) => `the window goes on from ${from} to ${to}: ${size}, no memory`,
  island: (name: string, from: string, size: string, mapped: string) =>
    `${name} of ${size} at ${from}, ${mapped} mapped`,
  describeApart: (islands: string, verdict: string) => `Memory: ${islands}. ${verdict}`,
  describe: (window: string, islands: string, verdict: string) =>
    `Memory in a window of ${window}: ${islands}. ${verdict}`,
  columns: ['memory', 'from', 'to', 'size', 'inside the window', 'mapped'],
} as const
