import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readFile } from './files.ts'

const sample = (name: string) =>
  new File([readFileSync(new URL(`../sim/vectors/dmesg/${name}`, import.meta.url))], name)
const lines = (...text: string[]) => new File([text.join('\n')], 'dmesg.txt')
const QUERY = 'nvme 0001:00:01.0: ibm,query-pe-dma-windows(53) 0 8000000 20000121 returned'

describe('a file', () => {
  it('that is a kernel log with a window is read into scenarios, one for each time it was asked for', async () => {
    expect(await readFile(sample('pseries_ddw_direct.txt'))).toMatchObject({
      logged: [{ device: 'e1000e 0000:00:00.0', line: 13 }],
    })
    expect(await readFile(sample('ddw_powervm_vpmem_2021.txt'))).toMatchObject({ logged: [{ line: 1 }, { line: 7 }] })
  })

  it('that is a kernel log without one is told what is looked for', async () => {
    await expect(readFile(sample('pseries_disable_ddw.txt'))).rejects.toThrow(
      /^pseries_disable_ddw\.txt: none of its 22 lines has "ibm,query-pe-dma-windows.*disable_ddw/,
    )
  })

  it('in which every query failed is told so, and one that failed beside another is left out', async () => {
    await expect(readFile(lines(`${QUERY} -3`))).rejects.toThrow(/^dmesg\.txt: line 1: the query of .* returned -3/)
    const both = lines(`${QUERY} -3`, `tg3 0002:00:00.0: ${QUERY.split(': ')[1]} 0, lb=4000 ps=3 wn=1`)
    expect(await readFile(both)).toMatchObject({ logged: [{ device: 'tg3 0002:00:00.0' }] })
  })

  it('that is a trace is read as one', async () => {
    const put = '1@1795185396.1:spapr_iommu_pci_put liobn=0x80000000 ioba=0x1000 tce=0x3 ret=0'
    expect(await readFile(lines(put))).toMatchObject({ format: expect.any(String), records: 1 })
    await expect(readFile(lines('nothing of the kind'))).rejects.toThrow(/none of its 1 lines is known/)
  })
})
