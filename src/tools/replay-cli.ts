// npm run replay -- <trace file> [--allocator <id>] [--json]: how many addresses of a recording an allocator would have
// handed out. What is wrong with the command or the file is said; the exit code is then 2.

import { parseArgs } from 'node:util'
import { duration, entryAddress } from '../lib/format.ts'
import { allocators, type Recording, type Replay, replay } from '../sim/index.ts'
import { endWithReader, refuser } from './command.ts'
import { openPath } from './recordings.ts'

const USAGE = `npm run replay -- <trace file> [--allocator <id>] [--json]
  allocators: ${allocators.flatMap((a) => (a.adopt ? [a.id] : [])).join(', ')}
  --json      one object: records, allocations, predicted, corrected, predictedUncorrected`

const SHOWN = 10

const refuse: (message: string) => never = refuser(USAGE)
/** Of a file, which no other command helps. */
const fail: (message: string) => never = refuser('')

function readCommand() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        allocator: { type: 'string', default: 'tce-pools' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(USAGE)
      process.exit(0)
    }
    const [file, ...more] = positionals
    if (file === undefined) return refuse('the trace file is missing')
    if (more.length > 0) return refuse(`${more[0]}: one file at a time`)
    return { file, ...values }
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function read(file: string) {
  try {
    return openPath(file)
  } catch (error) {
    return fail((error as Error).message)
  }
}

function replayed(recording: Recording, allocator: string): Replay {
  try {
    return replay(recording, allocator)
  } catch (error) {
    return refuse((error as Error).message)
  }
}

/** The result in words, the first misses by name. */
function report(recording: Recording, result: Replay): string[] {
  const { pageShift, offset } = recording
  const at = (e: number) => (e < 0 ? 'a refusal' : entryAddress(offset + e, pageShift))
  const lines = [
    `${recording.name}: ${result.records} records of ${recording.space} in ${duration(recording.endNs)}`,
    ...recording.assumed.map((words) => `assumed: ${words}`),
    `${result.allocations} allocations: ${result.allocator} predicts ${result.predicted}, ${result.corrected} corrected to the record`,
    `without corrections: ${result.predictedUncorrected}`,
  ]
  for (const miss of result.misses.slice(0, SHOWN)) {
    lines.push(
      `  line ${miss.line}, npages ${miss.npages}: recorded ${at(miss.recorded)}, predicted ${at(miss.predicted)}`,
    )
  }
  if (result.corrected > SHOWN) lines.push(`  and ${result.corrected - SHOWN} more`)
  return lines
}

endWithReader()
const command = readCommand()
if (!allocators.some((a) => a.id === command.allocator)) refuse(`${command.allocator}: no such allocator`)
const opened = read(command.file)
const problems = opened.kind === 'recording' ? opened.recording : opened.kind === 'unreadable' ? opened : null
for (const { field, given, allowed } of problems?.problems ?? [])
  console.error(`${field}: ${given} cannot be used (${allowed})`)
if (problems && problems.broken > problems.problems.length)
  console.error(`and ${problems.broken - problems.problems.length} more lines`)

if (opened.kind === 'unreadable') {
  const what = opened.what === '' ? '' : ` (${opened.what})`
  fail(`${command.file}: ${opened.message}${what}`)
} else if (opened.kind !== 'recording') {
  fail(`${command.file}: ${opened.what}; no addresses are recorded in it. npm run sim -- ${command.file} opens it`)
} else {
  const result = replayed(opened.recording, command.allocator)
  const { records, allocations, predicted, corrected, predictedUncorrected } = result
  if (command.json) console.log(JSON.stringify({ records, allocations, predicted, corrected, predictedUncorrected }))
  else console.log(report(opened.recording, result).join('\n'))
}
