// Options that the synthetic loads share: how long a CPU works on an item, and how many queues there are.

import type { NumberOption, Param } from '../params.ts'

/** What a workload looks at only by polling it is looked at again after this. */
export const LOOK_NS = 5_000
/** A refused mapping is tried again after this. */
export const RETRY_NS = 100_000
/** Operations that a task does before others of its CPU have their turn. */
export const TURN = 64

/** Nanoseconds as an option: `0`, `600ns`, `2us`. */
export function short(ns: number, label?: string): NumberOption {
  const key = ns === 0 ? '0' : ns < 1000 ? `${ns}ns` : `${ns / 1000}us`
  return { value: ns, key, label: label ?? (ns < 1000 ? `${ns} ns` : `${ns / 1000} µs`) }
}

/** Bytes as an option: `4k`, `1m`. */
export function size(bytes: number): NumberOption {
  const kib = bytes / 1024
  return kib < 1024
    ? { value: bytes, key: `${kib}k`, label: `${kib}K` }
    : { value: bytes, key: `${kib / 1024}m`, label: `${kib / 1024}M` }
}

/** Work per item; takes effect at once. */
export const workParam = <const N extends string>(name: N, label: string, what: string, ns: number) =>
  ({
    name,
    label,
    unit: 'ns',
    default: ns,
    effect: 'live',
    values: [short(0, 'none'), short(200), short(600), short(1000), short(2000), short(5000), short(20_000)],
    help: `Time that ${what}, besides the mapping itself. The less, the sooner the CPUs meet at a lock.`,
  }) as const satisfies Param

/** One queue for each CPU, or a fixed number. */
export const queuesParam = (what: string) =>
  ({
    name: 'queues',
    label: 'Queues',
    unit: 'count',
    default: 0,
    effect: 'restart',
    values: [
      { value: 0, key: 'all', label: 'all', help: 'one for each CPU' },
      ...[1, 2, 4, 8, 16, 32, 64].map((n) => ({ value: n, key: String(n), label: String(n) })),
    ],
    help: what,
  }) as const satisfies Param
