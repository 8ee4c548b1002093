// For tests only: what an eye makes of a colour. WCAG 2 contrast, CIEDE2000 difference, and the colour-vision
// simulation of Machado, Oliveira and Fernandes (2009) at severity 1.0, applied to linear light.

import type { Hex } from './palette.ts'

export type Sight = 'normal' | 'protan' | 'deutan' | 'tritan'
export const SIGHTS: readonly Sight[] = ['normal', 'protan', 'deutan', 'tritan']

type Triple = readonly [number, number, number]

const MACHADO: Readonly<Record<Exclude<Sight, 'normal'>, readonly Triple[]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

function linear(colour: Hex): Triple {
  const channel = (at: number) => {
    const s = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  }
  return [channel(1), channel(3), channel(5)]
}

function seen(colour: Hex, sight: Sight): Triple {
  const [r, g, b] = linear(colour)
  if (sight === 'normal') return [r, g, b]
  const clamp = (x: number) => Math.min(1, Math.max(0, x))
  const [x, y, z] = MACHADO[sight].map(([a, c, d]) => clamp(a * r + c * g + d * b))
  return [x!, y!, z!]
}

function lab([r, g, b]: Triple): Triple {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (t * (24389 / 27) + 16) / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** WCAG 2 contrast ratio, 1 … 21. */
export function contrast(a: Hex, b: Hex): number {
  const luminance = (colour: Hex) => {
    const [r, g, b] = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

/** CIEDE2000 difference of two colours as the given sight sees them; about 1 is the smallest visible step. */
export function difference(a: Hex, b: Hex, sight: Sight): number {
  return ciede2000(lab(seen(a, sight)), lab(seen(b, sight)))
}

const RAD = Math.PI / 180

export function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const weight = (c: number) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))
  const g = 0.5 * (1 - weight((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2))
  const ap1 = a1 * (1 + g)
  const ap2 = a2 * (1 + g)
  const c1 = Math.hypot(ap1, b1)
  const c2 = Math.hypot(ap2, b2)
  const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (Math.atan2(b, a) / RAD + 360) % 360)
  const h1 = hue(ap1, b1)
  const h2 = hue(ap2, b2)
  const grey = c1 * c2 === 0
  let dh = h2 - h1
  if (grey) dh = 0
  else if (dh > 180) dh -= 360
  else if (dh < -180) dh += 360
  const deltaH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * RAD)
  let h = h1 + h2
  if (!grey) h = Math.abs(h1 - h2) <= 180 ? h / 2 : (h < 360 ? h + 360 : h - 360) / 2
  const l = (l1 + l2) / 2
  const c = (c1 + c2) / 2
  const t =
    1 -
    0.17 * Math.cos((h - 30) * RAD) +
    0.24 * Math.cos(2 * h * RAD) +
    0.32 * Math.cos((3 * h + 6) * RAD) -
    0.2 * Math.cos((4 * h - 63) * RAD)
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2)
  const sc = 1 + 0.045 * c
  const sh = 1 + 0.015 * c * t
  const turn = -2 * weight(c) * Math.sin(60 * RAD * Math.exp(-(((h - 275) / 25) ** 2)))
  const dl = (l2 - l1) / sl
  const dc = (c2 - c1) / sc
  const dhh = deltaH / sh
  return Math.sqrt(dl * dl + dc * dc + dhh * dhh + turn * dc * dhh)
}
