import { describe, expect, test } from 'vitest'
import { OPTION_TEXT } from './boot-text.ts'
import { parseCommandLine } from './command-line.ts'

const found = (text: string) => parseCommandLine(text).found.map(({ word, id }) => `${word} ${id}`)

describe('the command line', () => {
  test('that says nothing says nothing', () => {
    expect(parseCommandLine('  ')).toEqual({
      swiotlb: '',
      off: false,
      soft: false,
      passthrough: null,
      pt: false,
      intel: null,
      scalable: null,
      amdOff: false,
      strict: null,
      driverStrict: false,
      found: [],
      passed: [],
      problems: [],
    })
  })

  test('of a recorded boot: strict, and the rest is passed on', () => {
    const text = 'console=ttyS0 intel_iommu=on iommu.strict=1 vwork=ping,bigping vbuf=8192 vclk=global vmods='
    const { intel, strict, passed, problems } = parseCommandLine(text)
    expect([intel, strict, problems]).toEqual([true, true, []])
    expect(passed).toEqual(['console=ttyS0', 'vwork=ping,bigping', 'vbuf=8192', 'vclk=global', 'vmods='])
  })

  test('knows options by how they begin, the longest first', () => {
    expect(found('iommu=pt,nomerge,forcesac,noforce intel_iommu=on,sm_on,igfx_off amd_iommu=fullflush,off')).toEqual([
      'iommu=pt iommu-pt',
      'iommu=nomerge other',
      'iommu=forcesac other',
      'iommu=noforce iommu-noforce',
      'intel_iommu=on intel-on',
      'intel_iommu=sm_on scalable-on',
      'intel_iommu=igfx_off other',
      'amd_iommu=fullflush strict-on',
      'amd_iommu=off amd-off',
    ])
    expect(parseCommandLine('iommu=offline').off).toBe(true)
    expect(parseCommandLine('intel_iommu=strict').driverStrict).toBe(true)
  })

  test('lets the last word on a matter count', () => {
    expect(parseCommandLine('intel_iommu=off intel_iommu=on').intel).toBe(true)
    expect(parseCommandLine('intel_iommu=sm_on,sm_off').scalable).toBe(false)
    expect(parseCommandLine('iommu.passthrough=0 iommu=pt').passthrough).toBe(true)
    expect(parseCommandLine('iommu=pt,nopt')).toMatchObject({ pt: false, passthrough: false })
    expect(parseCommandLine('iommu.strict=on iommu.strict=n').strict).toBe(false)
  })

  test('puts together what several swiotlb= say', () => {
    expect(parseCommandLine('swiotlb=1000,3,force')).toMatchObject({ swiotlb: '1024,4,force', problems: [] })
    expect(parseCommandLine('swiotlb=force swiotlb=1024').swiotlb).toBe('1024,,force')
    expect(parseCommandLine('swiotlb=1024,2,force swiotlb=noforce swiotlb=,4').swiotlb).toBe('1024,4,noforce')
    expect(found('swiotlb=1000,3,force')).toEqual([
      'swiotlb=1024 swiotlb-size',
      'swiotlb=,4 swiotlb-areas',
      'swiotlb=force swiotlb-force',
    ])
  })

  test.each([
    ['swiotlb=lots', 'swiotlb', 'lots', 'slots'],
    ['swiotlb=', 'swiotlb', '', 'slots'],
    ['iommu=maybe', 'iommu', 'maybe', 'off, soft, pt'],
    ['iommu', 'iommu', '', 'off, soft, pt'],
    ['intel_iommu=1', 'intel_iommu', '1', 'on, off'],
    ['amd_iommu=on', 'amd_iommu', 'on', 'off, fullflush'],
    ['iommu.strict=2', 'iommu.strict', '2', '0, 1'],
    ['iommu.passthrough=', 'iommu.passthrough', '', '0, 1'],
  ])('%s is a problem and changes nothing', (text, field, given, allowed) => {
    const { problems, ...rest } = parseCommandLine(text)
    const { problems: none, ...nothing } = parseCommandLine('')
    expect(none).toEqual([])
    expect(problems).toMatchObject([{ field, given }])
    expect(problems[0]?.allowed.startsWith(allowed)).toBe(true)
    expect(rest).toEqual(nothing)
  })

  test('takes the number that a size begins with, as the kernel does, and says what is left', () => {
    expect(parseCommandLine('swiotlb=64M')).toMatchObject({
      swiotlb: '128',
      problems: [{ field: 'swiotlb', given: '64M', allowed: 'slots[,areas][,force|noforce]' }],
    })
  })

  test('has words for every option', () => {
    for (const text of Object.values(OPTION_TEXT)) expect(text).toMatch(/^[A-Z].*\.$/)
  })
})
