// One lock that everybody needs, as a formula: CPUs that think, then queue for a lock whose hold grows with every CPU
// that waits, because passing it on costs a cache-line transfer for each. A closed machine-repairman model with
// exponential times (NUMBERS, part two, section 3); the simulation, whose times are fixed, lies at or above it.

/**
 * Operations a second of `cpus` CPUs that spend `thinkNs` outside the lock and hold it for `holdNs`, and `handoverNs`
 * more for each other CPU at the lock. All times above 0 except `handoverNs`.
 */
export function lockThroughput(cpus: number, thinkNs: number, holdNs: number, handoverNs: number): number {
  // Weight of "k CPUs at the lock", scaled as it grows so that it stays a finite number.
  let weight = 1
  let sum = 1
  let rate = 0
  for (let k = 1; k <= cpus; k++) {
    const service = holdNs + handoverNs * (k - 1)
    weight *= ((cpus - k + 1) / thinkNs) * service
    sum += weight
    rate += weight / service
    if (weight > 1e200) {
      sum /= weight
      rate /= weight
      weight = 1
    }
  }
  return (rate / sum) * 1e9
}
