import { describe, expect, it } from 'vitest'
import { createRng, nextU32 } from '../../lib/rng.ts'
import { withDefaults } from '../scenario/platform.ts'
import { bootParams } from '../scenario/platform-boot.ts'
import { bootOf, commandLineOf, settingsOfCommandLine } from './pc-boot.ts'

const optionsOf = (name: string) => bootParams.find((p) => p.name === name)!.values!
const keysOf = (name: string) => optionsOf(name).map((o) => o.key)

const machine = (over: Record<string, string | number>) => {
  const own = Object.entries(withDefaults(bootParams, {})).map(([name, value]) => [`m.${name}`, value])
  return { ...Object.fromEntries(own), 'm.platform': 'vtd', 'm.cpus': 4, 'd0.flush': 'deferred', ...over }
}

describe('the command line of settings', () => {
  it('says nothing where the settings are the kernel’s own', () => {
    expect(commandLineOf(machine({}))).toBe('')
    expect(commandLineOf(machine({ 'm.force': 'force', 'm.iommuArg': 'pt', 'd0.flush': 'strict' }))).toBe(
      'swiotlb=force iommu=pt iommu.strict=1',
    )
    expect(commandLineOf(machine({ 'm.swiotlb': 1024, 'm.force': 'force' }))).toBe('swiotlb=1024,,force')
    expect(commandLineOf(machine({ 'm.swiotlbAreas': 4, 'm.force': 'noforce' }))).toBe('swiotlb=32768,4,noforce')
    const off = { 'm.iommuArg': 'vendor-off' }
    expect([commandLineOf(machine(off)), commandLineOf(machine({ ...off, 'm.platform': 'amd' }))]).toEqual([
      'intel_iommu=off',
      'amd_iommu=off',
    ])
  })

  it('read again gives the same settings and the same text, for every combination', () => {
    let lines = 0
    for (const platform of ['vtd', 'amd'])
      for (const { value: swiotlb } of optionsOf('swiotlb'))
        for (const { value: areas } of optionsOf('swiotlbAreas'))
          for (const { value: force } of optionsOf('force'))
            for (const { value: iommuArg } of optionsOf('iommuArg'))
              for (const flush of ['strict', 'deferred']) {
                const wanted = {
                  'm.swiotlb': swiotlb,
                  'm.swiotlbAreas': areas,
                  'm.force': force,
                  'm.iommuArg': iommuArg,
                  'd0.flush': flush,
                }
                const text = commandLineOf(machine({ ...wanted, 'm.platform': platform }))
                const { settings, problems } = settingsOfCommandLine(text, platform)
                // The default number of slots has to be said where areas are.
                const slots = swiotlb === 0 && areas !== 0 ? 32_768 : swiotlb
                expect({ settings, problems }).toEqual({ settings: { ...wanted, 'm.swiotlb': slots }, problems: [] })
                expect(commandLineOf(machine({ ...settings, 'm.platform': platform }))).toBe(text)
                lines++
              }
    expect(lines).toBe(2 * 9 * 8 * 3 * 6 * 2)
  })

  it('boots the same machine as the settings that are read from any text', () => {
    const words = [
      'swiotlb=1024',
      'swiotlb=force',
      'swiotlb=,4',
      'swiotlb=noforce',
      'iommu=off',
      'iommu=soft',
      'iommu=pt',
      'iommu=nopt',
      'intel_iommu=off',
      'intel_iommu=on',
      'amd_iommu=off',
      'iommu.passthrough=0',
      'quiet',
    ]
    const rng = createRng(3)
    let read = 0
    for (let i = 0; i < 600; i++) {
      const some = Array.from({ length: 1 + (nextU32(rng) % 3) }, () => words[nextU32(rng) % words.length]!)
      const text = some.join(' ')
      const { settings, problems } = settingsOfCommandLine(text, 'vtd')
      if (problems.length > 0) continue
      read++
      const again = settingsOfCommandLine(commandLineOf(machine(settings)), 'vtd').settings
      // A later word may make an earlier one the default again.
      const slots = settings['m.swiotlb'] === 0 && settings['m.swiotlbAreas'] !== 0 ? 32_768 : settings['m.swiotlb']
      expect([text, again]).toEqual([text, { ...settings, 'm.swiotlb': slots }])
      expect(bootOf(machine(again))).toEqual(bootOf(machine(settings)))
    }
    expect(read).toBeGreaterThan(300)
  })
})

describe('what no setting can take', () => {
  it('is a problem that names the word, what was given and the keys that are allowed', () => {
    const slots = keysOf('swiotlb').join(', ')
    expect(slots).toMatch(/^default, 512, 1024, /)
    const problemsOf = (text: string) => settingsOfCommandLine(text, 'vtd').problems
    expect(problemsOf('swiotlb=100000')).toEqual([{ field: 'swiotlb', given: '100096', allowed: slots }])
    expect(problemsOf('swiotlb=0')).toEqual([{ field: 'swiotlb', given: '0', allowed: slots }])
    expect(problemsOf('swiotlb=512,128')).toEqual([
      { field: 'swiotlb', given: ',128', allowed: keysOf('swiotlbAreas').join(', ') },
    ])
    const one = `one of ${keysOf('iommuArg').join(', ')}`
    expect(problemsOf('iommu=soft,pt intel_iommu=off')).toEqual([
      { field: 'iommu', given: 'soft', allowed: one },
      { field: 'iommu', given: 'pt', allowed: one },
    ])
    expect(problemsOf('iommu=off intel_iommu=off')).toEqual([{ field: 'intel_iommu', given: 'off', allowed: one }])
    expect(problemsOf('swiotlb=64M iommu=maybe')).toMatchObject([
      { field: 'swiotlb', given: '64M' },
      { field: 'iommu', given: 'maybe' },
      // Of 64M the digits are read: 64 slots, rounded up to a slot set.
      { field: 'swiotlb', given: '128', allowed: slots },
    ])
  })

  it('leaves the other settings as they are said', () => {
    expect(settingsOfCommandLine('swiotlb=100000,2,force iommu.strict=1', 'vtd').settings).toEqual({
      'm.swiotlbAreas': 2,
      'm.force': 'force',
      'm.iommuArg': 'default',
      'd0.flush': 'strict',
    })
  })

  it('does not listen to the option of the other vendor', () => {
    const argOf = (text: string, platform: string | null) =>
      settingsOfCommandLine(text, platform).settings['m.iommuArg']
    expect(argOf('amd_iommu=off', 'vtd')).toBe('default')
    expect(argOf('amd_iommu=off', 'amd')).toBe('vendor-off')
    expect(argOf('intel_iommu=off', 'amd')).toBe('default')
    expect([argOf('intel_iommu=off', null), argOf('amd_iommu=off', null)]).toEqual(['vendor-off', 'vendor-off'])
    expect(argOf('iommu=pt iommu.passthrough=0', 'vtd')).toBe('default')
    expect([argOf('iommu=force', 'vtd'), argOf('iommu=force,noforce', 'vtd')]).toEqual(['force', 'default'])
  })
})
