// Says how presets differ from what was recorded of them; with --update records them anew.

import { parseArgs } from 'node:util'
import { presets } from '../sim/scenario/presets.ts'
import { differences, goldenOf, record, recorded } from './golden-runs.ts'

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })
const before = recorded()
const after = Object.fromEntries(presets.map(({ id }) => [id, goldenOf(id)]))
const lines = differences(before, after)
for (const line of lines) console.log(line)
console.log(
  `${lines.length} of ${presets.length} presets differ from what was recorded${values.update ? '; recorded anew' : ''}`,
)
if (values.update) record(after)
else if (lines.length > 0) process.exitCode = 1
