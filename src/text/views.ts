// Every word that the views show or speak. The terms are the kernel's.

import type { CellState, ColourBy } from '../sim/index.ts'

const stateNames: Readonly<Record<CellState, string>> = {
  0: 'free',
  1: 'reserved',
  2: 'cached by CPU',
  3: 'mapped',
  4: 'queued for flush',
  5: 'unmapped, reachable',
  6: 'refused',
}

const colourNames: Readonly<Record<ColourBy, string>> = {
  state: 'State',
  cpu: 'CPU',
  device: 'Device',
  size: 'Size',
  age: 'Age',
}

export const viewText = {
  stateNames,
  colourNames,
  heatmap: 'heatmap',
  heatmapKeys: 'Arrow keys move from cell to cell, Enter selects, plus and minus zoom, 0 shows all.',
  table: 'Table',
  tableOf: (title: string) => `${title} as a table`,
  pictureOf: (title: string) => `${title} as a picture`,
  tableCut: (shown: number, total: string) => `The first ${shown} of ${total} rows.`,
  waiting: 'No picture yet',
  map: {
    title: 'IOVA space',
    tce: 'TCE',
    tces: 'TCEs',
    cell: (entries: string, bytes: string) => `1 cell = ${entries} = ${bytes}`,
    row: (entries: string, bytes: string) => `1 row = ${entries} = ${bytes}`,
    short: (cell: string, row: string) => `1 cell = ${cell}, 1 row = ${row}`,
    colourBy: 'Colour by',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show the whole window',
    neverMapped: (size: string) => `${size} never mapped`,
    toTheEnd: (size: string) => `${size} to the end of the window, never mapped`,
    legend: 'States of a page; choose one to see it alone',
    describe: (mapped: string, size: string, free: string, reserved: string, refused: string) =>
      `${mapped} of ${size} TCEs are mapped, ${free} free, ${reserved} reserved; ${refused} refused so far.`,
    describeScale: (cell: string, from: string, to: string) => `One cell is ${cell}. Shown: ${from} to ${to}.`,
    columns: ['address', 'mapped', 'of that data', 'free', 'largest free run in a cell', 'refused here'],
    dataShare: (share: string) => `${share} of it data`,
    mappedShare: (share: string) => `${share} mapped`,
    padding: 'after the end of the window',
    rampCpu: 'mapped by CPU',
    rampDevice: 'mapped by device',
    rampSize: 'pages in the mapping, log',
    rampAge: 'age, log',
    rampAgeNew: 'just now',
    rampAgeOld: '34 ms',
  },
  addressTime: {
    title: 'Address × time',
    sub: (band: string) => `share of each ${band} band mapped,`,
    subStrong: 'new mappings bright',
    ring: 'ring',
    held: 'held long',
    batch: 'batch',
    now: 'now',
    nowPercent: 'now %',
    describe: (from: string, to: string, ms: string, regions: string) =>
      `Share of each address band that is mapped over time, ${from} to ${to}, up to ${ms} ms. Now: ${regions}.`,
    region: (name: string, share: string) => `${name} ${share}`,
    cell: (ms: string, from: string, share: string) => `at ${ms} ms, from ${from}: ${share} mapped`,
    columns: (bands: readonly string[]) => ['ms', ...bands],
  },
  lanes: {
    title: 'Waiting for the pool lock, by CPU',
    cpu: 'CPU',
    wait: 'wait %',
    ramp: 'share of time, square root',
    rampMost: '25 %',
    describe: (cpus: number, worst: string, share: string) =>
      `How long each of ${cpus} CPUs waited for a lock over time. In the last millisecond CPU ${worst} waited most, ${share}.`,
    cell: (cpu: number, ms: string, share: string) => `CPU ${cpu} at ${ms} ms: waited ${share}`,
    columns: ['CPU', 'waited in the last ms', 'waited since the start'],
  },
  timeline: {
    title: 'Bytes and refusals over time',
    mapped: 'mapped',
    refused: 'refused',
    useful: 'of it data',
    limit: (size: string) => size,
    describe: (mapped: string, window: string, useful: string, refused: string) =>
      `${mapped} of ${window} mapped, ${useful} of that is data; ${refused} refused so far.`,
    columns: ['ms', 'mapped', 'data', 'refused', 'frames without a buffer'],
  },
  time: {
    unit: 'ms',
    playhead: 'Time',
    valueText: (at: string, horizon: string) => `${at} ms of ${horizon} ms`,
    marks: { change: 'change', spill: 'spill', refusal: 'refusal', hang: 'CPU stuck' },
  },
  pages: {
    title: 'TCE table',
    sub: (tces: string, bytes: string, iova: string) =>
      `1 cell = 1 table page = ${tces} TCEs, ${bytes} of table, ${iova} of IOVA`,
    set: 'TCEs set',
    writes: 'written so far',
    writesMost: (most: string) => `written so far, at most ${most}`,
    describe: (pages: string, bytes: string, set: string, busiest: string) =>
      `${pages} table pages, ${bytes} of table, ${set} TCEs set. Busiest: ${busiest}.`,
    busiest: (address: string, writes: string) => `the page of ${address} with ${writes} writes so far`,
    idle: 'none, nothing was written yet',
    cell: (page: number, address: string, set: string, writes: string) =>
      `table page ${page}, from ${address}: ${set} TCEs set, ${writes} writes so far`,
    columns: ['table page', 'address', 'TCEs set', 'writes so far'],
  },
  regions: {
    title: 'Regions',
    sub: (slice: string) => `128 slices, ${slice} each, filled as far as mapped, coloured by the CPU that mapped most`,
    subShort: 'filled as far as mapped, coloured by CPU',
    heads: ['home of', 'mapped', 'free', 'largest run', 'spills in', 'lock waits'],
    home: 'home of CPU',
    homes: (cpus: readonly number[]) => (cpus.length > 4 ? `${cpus.length} CPUs` : cpus.join(' ')),
    mixed: 'nobody',
    describe: (regions: string) => `How full each region is. ${regions}.`,
    one: (name: string, share: string, spills: string) => `${name}: ${share} mapped, ${spills} spills in`,
    cell: (name: string, address: string, share: string, owner: string) =>
      `${name}, from ${address}: ${share} mapped, mostly by ${owner}`,
    cpu: (cpu: number) => `CPU ${cpu}`,
    columns: [
      'region',
      'from',
      'to',
      'mapped',
      'free',
      'largest run',
      'spills in',
      'lock waits',
      'waited',
      'home of CPU',
    ],
  },
} as const
