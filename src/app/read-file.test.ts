import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Unopened } from '../store/files.ts'
import { openable } from './read-file.ts'

async function refusalOf(bytes: string | Uint8Array): Promise<Unopened> {
  const error = await openable(new File([bytes as BlobPart], 'f')).catch((e: unknown) => e)
  if (error instanceof Unopened) return error
  throw new Error('it was opened')
}

const FULL = 'swiotlb buffer is full (sz: 524276 bytes), total 32768 (slots), used 0 (slots)'
const stamped = (...lines: string[]) => lines.map((line, i) => `[   46.29137${i}] ${line}`).join('\n')

describe('a file that holds no run', () => {
  it.each<[string, string, [preset: string, line: number] | null]>([
    [
      'a full pool',
      stamped('usb 1-1: new device', `bcm2835-dma fe007000.dma-controller: ${FULL}`),
      ['full-but-empty', 2],
    ],
    ['faults', stamped('DMAR: DRHD: handling fault status reg 3'), ['partial-unmap', 1]],
    ['a boot', stamped('DMAR: Host address width 46', 'usb', 'DMAR: IOMMU enabled'), ['give-back', 3]],
    [
      'ftrace',
      '# tracer: nop\n#\n ping-220 [000] D.h3. 18.6427: qi_submit: iotlb_inv dmar0: 0x300f2 0x0',
      ['strict', 3],
    ],
    ['a QEMU trace of another machine', '\n\n\nsmmuv3_cmdq_opcode <--- SMMU_CMD_SYNC', ['exact-size-flush', 4]],
    ['a kernel log that says nothing of it', stamped('usb 1-1: new device'), null],
    ['prose', 'hello', null],
  ])('says so of %s, tells what is known of its lines, and speaks of no other kind of file', async (_, text, known) => {
    const { explained, message } = await refusalOf(text)
    expect(explained && [explained.preset, explained.line]).toEqual(known)
    if (known) expect(message).toBe('f holds no run that can be opened.')
    expect(message).not.toMatch(/none of its \d+ lines has "ibm,/)
  })

  it('and is a log of a partition without windows says why, too; so does one in UTF-16', async () => {
    const failed = readFileSync(new URL('../sim/vectors/dmesg/pseries_disable_ddw.txt', import.meta.url))
    const { explained, message } = await refusalOf(failed)
    expect([explained?.preset, message]).toEqual([
      'default-window',
      expect.stringContaining('started with disable_ddw'),
    ])
    const wide = await refusalOf(new Uint8Array(Buffer.from(`\ufeff${stamped(FULL)}`, 'utf16le')))
    expect(wide.explained).toMatchObject({ line: 1, preset: 'full-but-empty', said: stamped(FULL) })
  })

  it('and is no text is told what it is', async () => {
    expect(await refusalOf(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]))).toMatchObject({
      explained: null,
      message: expect.stringContaining('picture'),
    })
  })
})
