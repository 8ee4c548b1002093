// How old a kernel is: by its banner, by the release of a crash line, or by the wording of its messages.
//
// Spec: the wordings that date a kernel and no others; of several the narrowest, and where they contradict each other
// nothing is known.

export type Version = readonly [major: number, minor: number]

export interface KernelAge {
  /** As printed; where it is known, the bounds are null. */
  readonly release: Version | null
  readonly atLeast: Version | null
  readonly atMost: Version | null
}

const BANNER = /Linux version (\d{1,3})\.(\d{1,3})/
const CRASH = /(?:Not tainted|Tainted: [A-Z ]{1,40}) (\d{1,3})\.(\d{1,3})\.\S{1,80} #\d/

/** The release that a line names, and whether it is the one that a boot begins with. */
export function releaseIn(line: string): { readonly version: Version; readonly boot: boolean } | null {
  const banner = line.includes('Linux version ') ? BANNER.exec(line) : null
  const match = banner ?? (line.includes('ainted') ? CRASH.exec(line) : null)
  return match && { version: [Number(match[1]), Number(match[2])], boot: banner !== null }
}

export const isBefore = (a: Version, b: Version): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])

/** What is known of one kernel so far. */
export interface AgeReading {
  named(version: Version): void
  atLeast(version: Version): void
  atMost(version: Version): void
  age(): KernelAge
}

export function createAgeReading(): AgeReading {
  let release: Version | null = null
  let least: Version | null = null
  let most: Version | null = null
  return {
    named(version) {
      release ??= version
    },
    atLeast(version) {
      if (!least || isBefore(least, version)) least = version
    },
    atMost(version) {
      if (!most || isBefore(version, most)) most = version
    },
    age() {
      const contradict = least && most && isBefore(most, least)
      if (release || contradict) return { release, atLeast: null, atMost: null }
      return { release, atLeast: least, atMost: most }
    },
  }
}
