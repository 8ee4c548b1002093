// The calls of firmware in the kernel's own messages, as dmesg has them.
//
// Spec: spec/FORMATS.md; numbers are hexadecimal without 0x but for the LIOBN, and 64-bit ones stand as two halves.

import { modPow2, pow2 } from '../../lib/bits.ts'
import { DDW_LIOBN, type RtasCall } from './ddw.ts'
import { FRAME_SHIFT } from './hcalls.ts'

/** Tokens by which firmware knows the calls, and the endpoint that is asked for: its address and bus unit. */
const QUERY_TOKEN = 2026
const CREATE_TOKEN = 2027
const ENDPOINT = '0 8000000 20000000'

const hex = (n: number): string => n.toString(16)

/** The message about one call of firmware. */
export function rtasText(c: RtasCall): string {
  switch (c.call) {
    case 'query': {
      const answer = c.rc === 0 ? `, lb=${hex(c.largestBlock)} ps=${hex(c.pageSizes)} wn=${c.windows}` : ''
      return `ibm,query-pe-dma-windows(${QUERY_TOKEN}) ${ENDPOINT} returned ${c.rc}${answer}`
    }
    case 'create': {
      const asked = `ibm,create-pe-dma-window(${CREATE_TOKEN}) ${ENDPOINT} ${hex(c.pageShift)} ${hex(c.windowShift)}`
      const high = pow2(32 - FRAME_SHIFT)
      const at = `${hex(Math.floor(c.base / high))} ${hex(modPow2(c.base, high) * pow2(FRAME_SHIFT))}`
      const made = c.rc === 0
      return `${asked} returned ${c.rc} (liobn = 0x${hex(made ? DDW_LIOBN : 0)} starting addr = ${made ? at : '0 0'})`
    }
    case 'remove':
      return `ibm,remove-pe-dma-window 0x${hex(c.liobn)}: the window is gone`
    case 'reset':
      return `ibm,reset-pe-dma-windows${c.limited ? ' in limited mode' : ''} returned ${c.rc}`
  }
}
