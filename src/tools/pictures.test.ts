import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CELL_FAILED, presetById, presets } from '../sim/index.ts'
import { pictureText } from '../text/pictures.ts'
import { pack, palettes } from '../views/kit/palette.ts'
import { code, LIT, meaningOf, NOTHING, TONES, WAIT_STEPS } from '../views/pictures/format.ts'
import { paintPicture, pictureInk } from '../views/pictures/paint.ts'
import { CELLS, dueOf, INFOS, readPictures } from './pictures-stored.ts'
import { takePicture } from './pictures-told.ts'

const stored = readPictures()
const inks = { dark: pictureInk(palettes.dark), light: pictureInk(palettes.light) }
function paintedIn(id: string, theme: 'dark' | 'light', width = 286, height = 136, dpr = 1): Uint32Array {
  const data = new Uint32Array(width * height)
  paintPicture(stored.get(id)!, inks[theme], dpr, { data, width, height })
  return data
}

describe('the pictures of presets', () => {
  it('are there for every preset, and for nothing else', () => {
    expect([...stored.keys()]).toEqual(presets.map(({ id }) => id))
  })

  it('are taken anew of those named and of new ones, or of all', () => {
    const [ids, there] = [['a', 'b', 'new'], new Map([['a', 0] as const, ['b', 0] as const])]
    expect(dueOf(ids, there, ['b'])).toEqual(['b', 'new'])
    expect(dueOf(ids, there, [])).toEqual(ids)
  })

  it.each(presets.map(({ id }) => id))('%s: not blank, unlike all others, with a figure and words', (id) => {
    const { cells, figure, kind, atNs } = stored.get(id)!
    expect(new Set(paintedIn(id, 'dark')).size).toBeGreaterThan(2)
    for (const [other, { cells: of }] of stored) if (other !== id) expect(Buffer.compare(of, cells)).not.toBe(0)
    expect(figure.text).toMatch(/^\S.*\S$/)
    expect(figure.text).not.toMatch(/NaN|undefined|Infinity/)
    expect(pictureText.label(kind, atNs)).toMatch(/^[A-Z].*\d/)
    expect(atNs).toBeLessThanOrEqual(presetById(id)!.horizonNs)
  })

  // One of each kind and of each sort of figure, those that run quickly; `npm run pictures -- --check` takes them all.
  it.each(
    'pinhole real-1mib tso mask-32 linear-wall greedy-cpu never iotlb-wall splitting partial-unmap exact-size-flush'
      .concat(' untrusted-device nvlink-flat nvlink-on-demand ddw-direct vfs-256 leak-64m bounce-load slot-leak areas')
      .split(' '),
  )('%s is what the machine shows today: otherwise npm run pictures', (id) => {
    expect(takePicture(presetById(id)!)).toEqual(stored.get(id))
  })

  it('are small', () => {
    expect(statSync(CELLS).size + statSync(INFOS).size).toBeLessThan(80_000)
  })

  it.each([...stored.keys()])('%s fills its box at any size and ratio, in each theme its own colours', (id) => {
    const ground = pack(palettes.dark.tokens.bg)
    for (const [width, height, dpr] of [
      [286, 136, 1],
      [429, 204, 1.5],
      [97, 41, 1],
      [3, 2, 1],
    ] as const) {
      const dark = paintedIn(id, 'dark', width, height, dpr)
      expect(dark.every((pixel) => pixel >>> 24 === 255)).toBe(true)
      expect(paintedIn(id, 'light', width, height, dpr).some((pixel, i) => pixel !== dark[i])).toBe(true)
      if (width < 97) continue
      // A margin would be a column of nothing but ground; a cell's gap is one pixel.
      const inked = (from: number, to: number) =>
        dark.some((p, i) => i % width >= from && i % width < to && p !== ground)
      expect([inked(0, 1), inked(width - 2, width)]).toEqual([true, true])
    }
  })

  it.each([...stored.keys()].filter((id) => / refused$/.test(stored.get(id)!.figure.text)))(
    '%s shows refusals in the colour of failure, where there were any',
    (id) => {
      const { text, failing } = stored.get(id)!.figure
      expect(failing).toBe(!text.startsWith('0 '))
      expect(paintedIn(id, 'dark').includes(pack(palettes.dark.states.failed))).toBe(failing)
    },
  )
})

describe('a byte of a picture', () => {
  it('says what was put into it', () => {
    for (let i = 0; i < 8; i++)
      for (let j = 0; j < 8; j++) {
        expect(meaningOf(code.band(i / 7, j / 7))).toEqual({ is: 'band', mapped: i / 7, fresh: j / 7 })
        expect(meaningOf(code.mapped(i / 7, LIT[j]!))).toEqual({ is: 'mapped', used: i / 7, useful: LIT[j] })
      }
    for (let n = 0; n < 8; n++)
      for (const kept of [true, false]) expect(meaningOf(code.owner(n, kept))).toEqual({ is: 'owner', n, kept })
    for (let n = 0; n < WAIT_STEPS; n++)
      expect(meaningOf(code.waited(n))).toEqual({ is: 'waited', share: n / (WAIT_STEPS - 1) })
    for (const tone of TONES) expect(meaningOf(code.tone(tone))).toEqual({ is: 'tone', tone })
    expect(meaningOf(code.state(CELL_FAILED))).toEqual({ is: 'state', state: CELL_FAILED })
    expect(meaningOf(NOTHING)).toEqual({ is: 'nothing' })
  })

  it('never tells little as nothing, nor nearly all as all', () => {
    expect(meaningOf(code.mapped(0.001, 0.001))).toEqual({ is: 'mapped', used: 1 / 7, useful: LIT[1] })
    expect(meaningOf(code.band(0.999, 0.001))).toEqual({ is: 'band', mapped: 6 / 7, fresh: 1 / 7 })
  })
})
