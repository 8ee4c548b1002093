// Kernel logs of partitions for the page: a file that is one is told from a trace, and read into scenarios. What reads it
// is loaded when the first file is opened.

import type { LoggedScenario } from '../share/ddw-scenario.ts'
import { presets, type Recording } from '../sim/index.ts'
import { readRecording } from './recordings.ts'

/** What the devices of a kernel log found, a scenario each; one or more. */
export interface LogFile {
  readonly logged: readonly LoggedScenario[]
}

/** Kernel messages begin within so many bytes, or a file holds none. */
const HEAD_BYTES = 1024 * 1024
const MOST_BYTES = 64 * 1024 * 1024

/** What a file of any format that is known holds. Fails with a sentence. */
export async function readFile(file: File): Promise<Recording | LogFile> {
  const { isKernelLog } = await import('../share/ddw-log.ts')
  if (!isKernelLog(await file.slice(0, HEAD_BYTES).text())) return readRecording(file)
  if (file.size > MOST_BYTES) throw new Error(`${file.name} is larger than 64 MiB`)
  return { logged: await loggedScenarios(file.name, await file.text()) }
}

/** The scenarios of a kernel log, in the order of the log. Fails with a sentence. */
export async function loggedScenarios(name: string, text: string): Promise<readonly LoggedScenario[]> {
  const [{ readDdwLog }, { ddwPreset, scenarioOfDdwLog }] = await Promise.all([
    import('../share/ddw-log.ts'),
    import('../share/ddw-scenario.ts'),
  ])
  const { logs, message } = readDdwLog(text)
  const answered = logs.filter((log) => log.query.rc === 0)
  const refused = logs[0]
  if (!refused) throw new Error(`${name}: ${message}`)
  if (answered.length === 0)
    throw new Error(
      `${name}, line ${refused.line}: the query of ${refused.device} returned ${refused.query.rc}, so no window was offered`,
    )
  const preset = ddwPreset(presets)
  if (!preset) throw new Error(`${name}: there is no preset of a partition to show it with`)
  return answered.map((log) => scenarioOfDdwLog(log, preset))
}
