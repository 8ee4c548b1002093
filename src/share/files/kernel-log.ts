// Kernel messages of a partition as a file format: what its devices found when they asked for a dynamic window.

import { presets } from '../../sim/index.ts'
import { createDdwReader } from '../ddw-log.ts'
import { ddwPreset, type LoggedScenario, scenarioOfDdwLog } from '../ddw-scenario.ts'
import { type FileFormat, MAYBE, NO, SURE, unreadable } from './format.ts'

/** What is longer is no message of a kernel. */
const LONGEST_LINE = 1024
/** How lines of `dmesg` begin, whatever stands before it, and those of a log file that name the kernel. */
const STAMPED =
  /^[\s>]{0,40}(?:<\d{1,3}>)?\[ {0,12}\+?\d{1,9}\.\d{6}\] |^[\s>]{0,40}\[\w{3} \w{3} |\bkernel: |Linux version \d/
const OF_WINDOWS = /ibm,(?:query|create)-pe-dma|direct DMA (?:at offset|is limited by) [0-9a-f]/

export const kernelLog: FileFormat = {
  id: 'kernel-log',
  label: 'a kernel log of a partition (ibm,query-pe-dma-windows, ibm,create-pe-dma-window, direct DMA is limited by)',
  mostBytes: 64 * 1024 * 1024,
  longestLine: LONGEST_LINE,
  recognises(line) {
    const text = line.slice(0, LONGEST_LINE)
    return OF_WINDOWS.test(text) ? SURE : STAMPED.test(text) ? MAYBE : NO
  },
  begin() {
    const reader = createDdwReader()
    return {
      line: (text, number) => reader.line(text, number),
      *end(lines) {
        const { logs, message, about, problems } = reader.end(lines)
        const preset = ddwPreset(presets)
        const answered = logs.filter(({ query }) => query === null || query.rc === 0)
        const [refused] = logs
        // Most kernels run elsewhere: theirs are logs of another kind.
        if (!about) return unreadable('', otherLog(lines))
        if (!refused || !preset) return unreadable(kernelLog.label, message, problems)
        if (answered.length === 0) {
          const { line, device, query } = refused
          const why = `line ${line}: the query of ${device} returned ${query?.rc}, so no window was offered`
          return unreadable(kernelLog.label, why, problems)
        }
        const logged: LoggedScenario[] = []
        for (const log of answered) {
          const one = scenarioOfDdwLog(log, preset)
          // What could not be read of the log is told with the first of its devices.
          logged.push(logged.length === 0 ? { ...one, problems: [...problems, ...one.problems] } : one)
          yield
        }
        return { kind: 'log', what: kernelLog.label, logged }
      },
    }
  },
}

const otherLog = (lines: number): string =>
  `of kernel logs those are read in which a POWER partition asks for a dynamic window, and none of its ${lines} lines is about one`
