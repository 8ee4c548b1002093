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

const sources = () =>
  readdirSync(SIM, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.') && !path.startsWith('testing'))
    .map((path) => ({ path, lines: readFileSync(join(SIM, path), 'utf8').split('\n') }))

/** Lines of the core that `faulty` finds, with their places. */
const linesWith = (faulty: RegExp) =>
  sources().flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => (faulty.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [])),
  )

describe('quantities', () => {
  it('are numbers whose names say of what: no signature has a brand or a second name for them', () => {
    expect(linesWith(/number & \{|unique symbol|^(export )?type \w+ = number$/)).toEqual([])
  })
})

describe('settings', () => {
  it('are read by no word', () => {
    expect(linesWith(BY_WORD)).toEqual([])
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
