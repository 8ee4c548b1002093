// The registry of file formats. Order matters only where a line may belong to several: the first is taken.

import { importers } from '../trace-import/index.ts'
import type { FileFormat } from './format.ts'
import { kernelLog } from './kernel-log.ts'
import { link } from './link.ts'
import { scenarioJson } from './scenario-json.ts'
import { traceFile } from './trace.ts'

export const fileFormats: readonly FileFormat[] = [...importers.map(traceFile), kernelLog, scenarioJson, link]
