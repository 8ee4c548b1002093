// The name by which a link speaks of a file that it does not hold.

import { hashPlain } from '../lib/hash.ts'
import type { Preset, Recording } from '../sim/index.ts'

const keys = new WeakMap<Recording['ops'], string>()

/** The file's name with what a link can carry, and what tells files of one name apart: 8 digits over the contents. */
export function fileKey(recording: Recording): string {
  const { name, liobn, pageShift, offset, size, ops } = recording
  let digits = keys.get(ops)
  if (digits === undefined) {
    digits = hashPlain({ liobn, pageShift, offset, size, ops }).slice(0, 8)
    keys.set(ops, digits)
  }
  return `${nameKey(name)}~${digits}`
}

/** The newest of a person's own files that a link means, or null. Links of before name it without the digits. */
export function fileOf(own: readonly Preset[], key: string): Preset | null {
  const named = (of: (recording: Recording) => string) =>
    own.findLast(({ scenario: { recording } }) => recording && of(recording) === key)
  return named(fileKey) ?? named(({ name }) => nameKey(name)) ?? null
}

function nameKey(name: string): string {
  return name.slice(0, 80).replace(/[^A-Za-z0-9_.~-]/g, '_')
}
