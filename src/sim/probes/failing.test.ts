// A frame of which a part cannot be built: the rest is there, and says so.

import { expect, it } from 'vitest'
import { at } from '../../tools/open-presets.ts'
import { buildFrame, type FrameWish, type ProbeId, probes } from './frame.ts'
import { createArrays } from './probe.ts'

const MODE = { mode: 'paused', underway: null } as const
const IDS = { source: 0, request: 1, revision: 0 }
const { machine } = at('batched', 1_000_000)
const REQUEST = { table: 0, first: 0, count: 0, columns: 64, maxRows: 8, colourBy: 'state', breaks: true, path: [] }
const WISH = {
  probes: Object.fromEntries(probes.map((p) => [p.id, REQUEST])),
  ...{ table: 0, inspect: { table: 0, entry: 1 }, logLines: 5 },
} as FrameWish

const broken = () => {
  throw new Error('broken')
}

it('a probe that fails leaves every other as it is', () => {
  const { views, ...rest } = buildFrame(machine, WISH, MODE, IDS, createArrays())
  expect(rest.failed).toBeUndefined()
  for (const { id } of probes) {
    const some = probes.map((p) => (p.id === id ? { id, build: broken } : p))
    const frame = buildFrame(machine, WISH, MODE, IDS, createArrays(), some)
    const { [id as ProbeId]: _, ...others } = views
    expect(frame).toEqual({ ...rest, views: others, failed: { [id]: 'broken' } })
  }
})

it('a log, a card and a search that fail leave the pictures as they are', () => {
  const { state } = machine
  const proxy = new Proxy(state, { get: (target, key) => (key === 'log' ? broken() : Reflect.get(target, key)) })
  const wish = { ...WISH, search: { text: 'cpu:0', from: null } }
  const frame = buildFrame({ ...machine, state: proxy }, wish, MODE, IDS, createArrays())
  expect(frame.failed).toMatchObject({ log: 'broken' })
  expect(Object.keys(frame.views)).toContain('iova-space')
  expect(frame.log.lines).toEqual([])
})
