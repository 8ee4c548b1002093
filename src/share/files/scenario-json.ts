// A scenario as JSON, see scenario-file.ts: it is opened only if all of it can be used.

import { presets } from '../../sim/index.ts'
import { readable } from '../readable.ts'
import { readScenarioFile } from '../scenario-file.ts'
import { atOnce, type FileFormat, NO, type Opened, SURE, unreadable } from './format.ts'

export const scenarioJson: FileFormat = {
  id: 'scenario-json',
  label: 'a scenario as JSON',
  mostBytes: 4 * 1024 * 1024,
  longestLine: 4 * 1024 * 1024,
  recognises: (line, nth) => (nth === 1 && line.trimStart().startsWith('{') ? SURE : NO),
  begin() {
    const lines: string[] = []
    return {
      line: (text) => lines.push(text),
      end: () => atOnce(read(lines.join('\n'))),
    }
  },
}

function read(text: string): Opened {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return unreadable(scenarioJson.label, `no whole JSON: ${readable((error as Error).message)}`)
  }
  const { scenario, problems: told } = readScenarioFile(json, presets)
  // A file may call its settings anything.
  const problems = told.map((p) => ({ ...p, field: readable(p.field), given: readable(p.given) }))
  if (scenario && problems.length === 0) return { kind: 'scenario', what: scenarioJson.label, scenario }
  const first = problems[0]
  const why = first ? `${first.field}: ${first.given} cannot be used (${first.allowed})` : 'no scenario'
  return unreadable(scenarioJson.label, why, problems)
}
