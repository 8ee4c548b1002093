// No axis, ramp, legend or hit test without a scale of d3: what a picture measures is said once, as a scale of the kit, and
// read from it wherever something is drawn, named or pointed at.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scaleOrdinal } from 'd3'
import type { ComponentProps } from 'react'
import { describe, expect, it } from 'vitest'
import type { AddressAxis, TimeAxis } from './kit/axis.tsx'
import { palettes } from './kit/palette.ts'
import type { BottomAxis, LeftAxis } from './kit/plot-axes.tsx'
import type { RampKey } from './kit/ramp.tsx'
import {
  bandIn,
  bands,
  broken,
  cellIn,
  cells,
  edgesOf,
  endOfBands,
  gridCellIn,
  gridRectOf,
  linear,
  wholeCells,
} from './kit/scales.ts'

const VIEWS = fileURLToPath(new URL('.', import.meta.url))
const SIZE = '(?:\\w+\\.)*(?:width|height|plot|room|wide|high|long)\\b'
/** Anything with its brackets closed, two deep. */
const INNER = '(?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*'

/** What a line does by hand that a scale is for. */
const BY_HAND: readonly (readonly [what: string, how: RegExp])[] = [
  ['a share of a length', new RegExp(`\\(${INNER} / ${INNER}\\) \\* \\(?${SIZE}`)],
  ['a share of a length', new RegExp(`(?:${INNER} / ${INNER}) \\* ${SIZE} \\+`)],
  ['a share of a length', new RegExp(`${SIZE} \\* \\(${INNER} / `)],
  ['a length shared out', new RegExp(`\\* ${SIZE}\\)* / `)],
  ['a share of two lengths', /\/ \(?[\w.]+ - [\w.]+\)+ \*/],
  [
    'a cell found by dividing',
    new RegExp(`Math\\.(?:floor|round|ceil|trunc)\\((?=[^/]*\\b(?:x|y|clientX|clientY)\\b)${INNER} / `),
  ],
  ['a logarithm for a place', /Math\.log(?:2|10)?\(.*\) [-*/]/],
  ['ticks counted out', /\*= 10\b|\b10 \*\* |\[1, 2, 5\b/],
  ['colours mixed or written', /linear-gradient\(to |toString\(16\)\.pad/],
]

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/** Lines of a picture that place something by hand. */
function byHand(text: string): string[] {
  return withoutComments(text)
    .split('\n')
    .flatMap((line) => BY_HAND.flatMap(([what, how]) => (how.test(line) ? [`${what}: ${line.trim()}`] : [])))
}

const isPicture = (path: string) => /\.tsx?$/.test(path) && !/\.test\.ts$/.test(path) && !path.startsWith('kit/')
const all = readdirSync(VIEWS, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(VIEWS, join(entry.parentPath, entry.name)))
const read = (path: string) => readFileSync(join(VIEWS, path), 'utf8')

describe('a picture', () => {
  it.each(all.filter(isPicture))('%s places nothing by hand', (path) => {
    expect(byHand(read(path))).toEqual([])
  })

  it('that is pointed at finds what is there by the scale that it was drawn with', () => {
    const pointed = all.filter((path) => isPicture(path) && /^\s*(?:function )?hitTest[(:,]/m.test(read(path)))
    expect(pointed.length).toBeGreaterThan(20)
    for (const path of pointed.filter((path) => path !== 'view.ts'))
      expect(read(path), path).toMatch(/kit\/(?:scales|strips|rows|time)\.ts'/)
  })

  it('would be caught', () => {
    for (const line of [
      'const x = (ns / horizon) * width',
      'const x = ((hint - region.start) / Math.max(1, region.end - region.start)) * width',
      'const x = (at: number) => Math.round((at * width) / columns)',
      'const y = height * (1 - share / most)',
      'return ((n - low) / (high - low)) * 100',
      'const row = Math.floor(y / PITCH)',
      'const column = Math.floor((x * box.dpr) / w)',
      'const column = Math.min(last, Math.floor((event.clientX - at.left) / size))',
      'return Math.log2(n / least) / octaves',
      'for (let n = low; n <= high; n *= 10) ticks.push(n)',
      'background: linear-gradient(to right, red, blue)',
    ])
      expect(byHand(line), line).not.toEqual([])
    for (const line of [
      'const row = Math.floor(cell / columns)',
      'out.data.fill(pixel, y * out.width + from, y * out.width + to)',
      'const middle = (x0 + x1) / 2',
      '// (ns / horizon) * width',
    ])
      expect(byHand(line), line).toEqual([])
  })
})

describe('an axis, a ramp and a legend', () => {
  it('take a scale of d3 and nothing that merely looks like one', () => {
    type ScaleOf<T> = T extends (props: infer P) => unknown ? P['scale' & keyof P] : never
    const bare = (n: number) => n
    // @ts-expect-error a function is no scale: it has no ends, no ticks and no way back
    const left: ScaleOf<typeof LeftAxis> = bare
    // @ts-expect-error as above
    const bottom: ScaleOf<typeof BottomAxis> = bare
    // @ts-expect-error as above
    const time: ScaleOf<typeof TimeAxis> = bare
    // @ts-expect-error as above
    const address: ScaleOf<typeof AddressAxis> = bare
    // @ts-expect-error as above
    const ramp: ComponentProps<typeof RampKey>['ramp'] = (t: number) => `rgb(${t}, 0, 0)`
    const fine: ScaleOf<typeof LeftAxis> = linear(1, 0, 1)
    const ordinal: ScaleOf<typeof LeftAxis> = scaleOrdinal<number, number>()
    expect([left, bottom, time, address, ramp, fine, ordinal].every(Boolean)).toBe(true)
  })

  it('are drawn by the kit alone: every component of an axis there has its scale', () => {
    const kit = all.filter((path) => /^kit\/.*\.tsx$/.test(path)).map(read)
    const axes = kit.flatMap((text) => [...text.matchAll(/export function (\w*(?:Axis|RampKey))\(\{\s*(\w+)/g)])
    expect(axes.map(([, name, first]) => [name, first]).sort()).toEqual([
      ['AddressAxis', 'scale'],
      ['BottomAxis', 'scale'],
      ['LeftAxis', 'scale'],
      ['RampKey', 'ramp'],
      ['TimeAxis', 'scale'],
    ])
  })

  it('have ramps that end where they end', () => {
    for (const { ordered, waiting } of Object.values(palettes))
      for (const ramp of [ordered, waiting]) {
        expect(ramp.domain()).toEqual([0, 1])
        expect([ramp(-1), ramp(2)]).toEqual([ramp(0), ramp(1)])
        expect(ramp(0.5)).toMatch(/^#[0-9a-f]{6}$/)
      }
  })
})

describe('the scales of the kit', () => {
  it('lead from a cell to its place and back, and are null beside them', () => {
    for (const [n, size] of [
      [1, 10],
      [3, 100],
      [512, 768],
      [1000, 320],
    ] as const) {
      const scale = cells(n, size)
      for (const cell of [0, n >> 1, n - 1])
        expect(cellIn(scale, gridRectOf(scale, cells(1, 8), cell).x + 1e-9), `${cell} of ${n}`).toBe(cell)
      expect([cellIn(scale, -0.1), cellIn(scale, size)]).toEqual([null, null])
      expect([...edgesOf(scale)].at(-1)).toBe(size)
    }
    expect(gridCellIn(cells(4, 40), cells(2, 20), 35, 15)).toBe(7)
    expect(gridCellIn(cells(4, 40), cells(2, 20), 35, 20)).toBe(null)
  })

  it('have whole pixels where they are whole, gaps that nothing is in, and ends that nothing passes', () => {
    expect(wholeCells(128, 1000).domain()).toEqual([0, 896])
    expect(wholeCells(128, 10).domain()).toEqual([0, 128])
    const lanes = bands(3, 20, 5)
    expect([0, 14, 15, 19, 20, 55].map((y) => bandIn(lanes, y))).toEqual([0, 0, null, null, 1, null])
    expect([linear(0, 0, 50)(0), linear(10, 0, 50)(99)]).toEqual([0, 50])
    // One of them is as high as each of many.
    const one = bands(1, 20, 5)
    expect([one(0), one.bandwidth(), one.step(), lanes.bandwidth(), endOfBands(lanes)]).toEqual([0, 15, 20, 15, 55])
    const axis = broken([0, 10, 100, 110], [0, 50, 60, 110])
    expect([axis(5), axis(105), axis.invert(85), axis(999)]).toEqual([25, 85, 105, 110])
  })
})
