// Somebody may look on while a stretch of a run is played again (run/steps.ts). What no log keeps is told to whoever does;
// otherwise nothing is made of it.

/** Told of each access of a device: entry (table-relative), whether it writes, ACCESS_HIT … of iotlb.ts, and whether the
 *  entry was mapped. */
export type Onlooker = (device: number, entry: number, write: boolean, outcome: number, mapped: boolean) => void

let onlooker: Onlooker | null = null

/** Does `act` with `who` looking on. */
export function lookOn<T>(who: Onlooker, act: () => T): T {
  onlooker = who
  try {
    return act()
  } finally {
    onlooker = null
  }
}

export function tellAccess(device: number, entry: number, write: boolean, outcome: number, mapped: boolean): void {
  if (onlooker) onlooker(device, entry, write, outcome, mapped)
}
