import { describe, expect, it } from 'vitest'
import { lastStep } from '../sim/words/log.ts'
import { open } from '../tools/open-presets.ts'
import { stepWords } from './inspector.ts'

describe('the newest step', () => {
  it.each(['pinhole', 'batched', 'never', 'frames-64k', 'magazines', 'bounce-load', 'nvlink-on-demand', 'splitting'])(
    '%s: is told in words, whatever it is',
    (id) => {
      const run = open(id)
      const told = new Set<string>()
      for (let ns = 0; ns < 4e6; ns += 3000) {
        run.advance(ns)
        const step = lastStep(run.machine)
        if (step === '') continue
        const words = stepWords(step, 'page')
        expect(words).not.toMatch(/npages|undefined|CPU (?!\d)|at $/)
        if (step !== 'setting changed') expect(words).not.toBe(step)
        told.add(step.split(/[ ,]/)[0]!)
      }
      expect(told.size).toBeGreaterThan(0)
    },
  )

  it('has who did what to how many pages, and where', () => {
    expect(stepWords('unmap 0xbfe0_4000#1, npages 2, CPU 3', 'page')).toBe('CPU 3 unmaps 2 pages at 0xbfe0_4000#1')
    expect(stepWords('map list at 0x0001_0000#12, npages 1, CPU 0', 'page')).toBe(
      'CPU 0 maps a list of 1 page at 0x0001_0000#12',
    )
    expect(stepWords('refused, npages 2, CPU 5', 'slot')).toBe('CPU 5 is refused 2 slots')
    expect(stepWords('flush timer, 17 ranges free, CPU 2', 'page')).toBe(
      'CPU 2’s timer flushes, and 17 ranges are free',
    )
    expect(stepWords('late access at 0x1000#2', 'page')).toBe('a device uses 0x1000#2 after its unmap')
    expect(stepWords('depot gives 127 ranges back, CPU 1', 'page')).toBe('the depot gives 127 ranges back, on CPU 1')
    expect(stepWords('setting changed', 'page')).toBe('setting changed')
  })
})
