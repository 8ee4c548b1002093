// For tests only: what an eye makes of a colour. WCAG 2 contrast, CIEDE2000 difference, and the colour-vision
// simulation of Machado, Oliveira and Fernandes (2009) at severity 1.0, applied to linear light.

import {
  clampRgb,
  converter,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  wcagContrast,
} from 'culori'
import type { Hex } from './palette.ts'

const FILTERS = { protan: filterDeficiencyProt(1), deutan: filterDeficiencyDeuter(1), tritan: filterDeficiencyTrit(1) }
export type Sight = 'normal' | keyof typeof FILTERS
export const SIGHTS: readonly Sight[] = ['normal', 'protan', 'deutan', 'tritan']

const linear = converter('lrgb')
const delta = differenceCiede2000()

function seen(colour: Hex, sight: Sight) {
  if (sight === 'normal') return colour
  // The filters are matrices over whatever channels they are given.
  const { r, g, b } = FILTERS[sight]({ ...linear(colour)!, mode: 'rgb' })
  return clampRgb({ mode: 'lrgb', r, g, b })
}

/** WCAG 2 contrast ratio, 1 … 21. */
export const contrast = (a: Hex, b: Hex): number => wcagContrast(a, b)

/** CIEDE2000 difference of two colours as the given sight sees them; about 1 is the smallest visible step. */
export const difference = (a: Hex, b: Hex, sight: Sight): number => delta(seen(a, sight), seen(b, sight))

type Lab = readonly [l: number, a: number, b: number]

export const ciede2000 = ([l, a, b]: Lab, [m, c, d]: Lab): number =>
  delta({ mode: 'lab65', l, a, b }, { mode: 'lab65', l: m, a: c, b: d })
