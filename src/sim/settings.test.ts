// Settings are read as the record of their table, and nowhere by a word that may be misspelt: what tsconfig.pure.json does
// not see (`noPropertyAccessFromIndexSignature`) is looked for here.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { allocatorInfos } from './iova/index.ts'
import type { Param, ParamTable, Settings } from './params.ts'
import {
  allocatorParam,
  commonParams,
  deviceParams,
  machineParams,
  maskParam,
  powerParams,
} from './scenario/platform.ts'
import { bootParams } from './scenario/platform-boot.ts'
import { iotlbParams, radixDevice } from './scenario/platform-iommu.ts'
import { platformParam } from './scenario/platform-names.ts'
import { powernvMachine, powernvParams, pseriesDevice, pseriesMachine } from './scenario/platform-power.ts'

const SIM = fileURLToPath(new URL('.', import.meta.url))

/** A word in brackets or out of a destructured record, or a number made of a setting. */
const BY_WORD =
  /\b(settings|own|machine)\)?!?(\?\.)?\[['"`]|Number\((own|settings|s\.settings)\b|\} = (\w+\.)*settings\b/

describe('settings', () => {
  it('are read by no word', () => {
    const found = readdirSync(SIM, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('.test.') && !path.startsWith('testing'))
      .flatMap((path) =>
        readFileSync(join(SIM, path), 'utf8')
          .split('\n')
          .flatMap((line, i) => (BY_WORD.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [])),
      )
    expect(found).toEqual([])
  })

  it('have one type on every platform: what a platform offers is in the table that is read there', () => {
    const bare: Settings = {}
    const machine: ParamTable = [...commonParams, ...bootParams, ...iotlbParams, ...powernvMachine, ...pseriesMachine]
    const device: ParamTable = [...radixDevice, ...powerParams, ...powernvParams, ...pseriesDevice]
    const rest: ParamTable = [allocatorParam, maskParam, ...allocatorInfos.flatMap(({ params }) => [...params])]
    const known = (all: ParamTable, { name, unit, default: usual }: Param) =>
      all.some((one) => one.name === name && one.unit === unit && typeof one.default === typeof usual)
    for (const { value: platform } of platformParam.values) {
      const settings = { ...bare, platform }
      for (const param of machineParams(settings))
        expect([param.name, known(machine, param)]).toEqual([param.name, true])
      for (const vfs of [0, 4])
        for (const param of deviceParams({ ...settings, vfs }))
          expect([param.name, known([...device, ...rest], param)]).toEqual([param.name, true])
    }
  })
})
