// The words of a step of boot.

import { bytes } from '../../lib/format.ts'
import { BOOT_STEP_TEXT, type BootStepFrame, type BootStepId, FAILURE_TEXT } from '../../sim/index.ts'

/** Steps that try a block: their title stands behind its size. */
const TRIES = new Set<BootStepId>(['block-too-large', 'block-fragmented', 'block-found'])

/** Two or three words, for where room is short. */
export function titleOf({ id, triedBytes }: BootStepFrame): string {
  const { title } = BOOT_STEP_TEXT[id]
  return TRIES.has(id) ? `${bytes(triedBytes)}: ${title}` : title
}

/** What happened, in a sentence or two. */
export function happenedIn({ id, cause }: BootStepFrame): string {
  const { happened } = BOOT_STEP_TEXT[id]
  return cause === null ? happened : `${happened} ${FAILURE_TEXT[cause]}`
}
