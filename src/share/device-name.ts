// What the kernel's messages call the first device. A kernel log gives it another name than its preset, and a run remembers
// its messages: the name is part of what a link and a file carry.

import type { Scenario } from '../sim/index.ts'

const MOST = 80
export const DRIVER_ALLOWED = `a driver and an address, at most ${MOST} characters`

/** True for a name that a link carries: words of ASCII with a space between two. */
export function isDriver(text: string): boolean {
  return text.length <= MOST && /^[!-~]+( [!-~]+)*$/.test(text)
}

/** A name of whatever characters as one that a link carries; of one too long its end, where the address is. */
export function asDriver(text: string): string {
  return (
    text
      .slice(-MOST)
      .trim()
      .replace(/[^ -~]/g, '?')
      .replace(/ +/g, ' ') || '?'
  )
}

/** The scenario whose first device is called so, `e1000e 0000:00:00.0`, and by the last word of it where there is little room. */
export function withDriver(scenario: Scenario, driver: string): Scenario {
  const [first, ...others] = scenario.devices
  if (!first || first.driver === driver) return scenario
  return { ...scenario, devices: [{ ...first, name: driver.split(' ').at(-1)!, driver }, ...others] }
}
