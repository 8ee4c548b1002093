// Numbers as people read them: one way to write each quantity, for every panel and for the command line.

const THIN = '\u2009'

/** Groups of four hex digits from the right, joined by `_`. */
function grouped(digits: string): string {
  let out = digits.slice(-4)
  for (let i = digits.length - 4; i > 0; i -= 4) out = `${digits.slice(Math.max(0, i - 4), i)}_${out}`
  return out
}

/** `0x07c2_3600`: a non-negative integer in hex, at least `digits` long, whole groups only. */
export function hex(n: number | bigint, digits = 8): string {
  const text = n.toString(16)
  return `0x${grouped(text.padStart(Math.max(digits, Math.ceil(text.length / 4) * 4), '0'))}`
}

/** Byte address of an absolute entry (pages from bus address 0). Exact beyond 2^53, where a double is not. */
export function addressOf(absEntry: number, pageShift: number): bigint {
  return BigInt(absEntry) << BigInt(pageShift)
}

/** `0x07c2_0000`: the byte address at which an absolute entry begins. */
export function entryAddress(absEntry: number, pageShift: number): string {
  return hex(addressOf(absEntry, pageShift))
}

/** `4 077`: an integer with a thin space between thousands. */
export function count(n: number): string {
  const whole = Math.round(n)
  const digits = String(Math.abs(whole))
  let out = digits.slice(-3)
  for (let i = digits.length - 3; i > 0; i -= 3) out = digits.slice(Math.max(0, i - 3), i) + THIN + out
  return whole < 0 ? `−${out}` : out
}

/** `1.9 million`, `412 000`: how many a second or in all, where three digits tell enough. */
export function many(n: number): string {
  if (n >= 1e6 - ROUNDED * 1e6) return `${short(n / 1e6)} million`
  return count(n < 1e4 ? n : Math.round(n / 1e3) * 1e3)
}

/** One decimal, dropped when it is zero: `254.8`, `64`. */
function short(n: number): string {
  const text = n.toFixed(1)
  const [whole, tenth] = text.split('.')
  return tenth === '0' ? count(Number(whole)) : `${count(Number(whole))}.${tenth}`
}

/** What is closer to a whole number than this is told as that number: 1023.97 of a unit are one of the next. */
const ROUNDED = 0.05

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** A number of bytes as value and unit, `['254.8', 'MiB']`; below 10 000 and no multiple of 1 KiB it stays in bytes. */
export function bytesParts(n: number): readonly [value: string, unit: string] {
  let value = n
  let unit = 0
  if (n >= 10000 || n % 1024 === 0)
    while (value >= 1024 - ROUNDED && unit < BYTE_UNITS.length - 1) {
      value /= 1024
      unit++
    }
  return [short(value), BYTE_UNITS[unit] ?? 'B']
}

/** `254.8 MiB`, `64 KiB`, `1 500 B`. */
export function bytes(n: number): string {
  return bytesParts(n).join(' ')
}

/** `11.120`: nanoseconds as milliseconds, without the unit. */
export function ms(ns: number, decimals = 3): string {
  return (ns / 1e6).toFixed(decimals)
}

/** Whether times of an axis this long are told in seconds rather than milliseconds. */
export function inSeconds(horizonNs: number): boolean {
  return horizonNs >= 2e9
}

export interface TimeUnit {
  readonly ns: number
  readonly name: 's' | 'ms' | 'µs' | 'ns'
}

/** The unit that times of an axis this long are told in: whatever its length, its steps are numbers of few digits. */
export function timeUnit(horizonNs: number): TimeUnit {
  if (inSeconds(horizonNs)) return { ns: 1e9, name: 's' }
  if (horizonNs >= 1e5) return { ns: 1e6, name: 'ms' }
  return horizonNs >= 1e3 ? { ns: 1e3, name: 'µs' } : { ns: 1, name: 'ns' }
}

/** A moment on an axis this long, `1.250 ms`, to a thousandth of its unit. */
export function moment(ns: number, horizonNs: number): string {
  const unit = timeUnit(horizonNs)
  return `${(ns / unit.ns).toFixed(unit.ns === 1 ? 0 : 3)} ${unit.name}`
}

/** A span of time in the unit that suits it: `320 ns`, `1.9 µs`, `0.845 ms`, `2.5 s`. */
export function duration(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)} ns`
  if (ns < 1e5) return `${short(ns / 1e3)} µs`
  if (ns < 1e9) return `${Number((ns / 1e6).toFixed(3))} ms`
  return `${Number((ns / 1e9).toFixed(3))} s`
}

/** A share 0…1 as `6.3 %`; 100 and 0 only when exact, so that "nearly full" never reads as full. */
export function percent(share: number): string {
  if (share <= 0) return '0 %'
  if (share >= 1) return '100 %'
  const p = share * 100
  if (p < 0.1) return '< 0.1 %'
  if (p > 99.9) return '> 99.9 %'
  return `${p < 10 || p > 99 ? p.toFixed(1) : String(Math.round(p))} %`
}

/** `9.4 Gbit/s`. */
export function bitRate(bps: number): string {
  if (bps >= 1e9 - ROUNDED * 1e6) return `${short(bps / 1e9)} Gbit/s`
  if (bps >= 1e6 - ROUNDED * 1e3) return `${short(bps / 1e6)} Mbit/s`
  return `${short(bps / 1e3)} kbit/s`
}
