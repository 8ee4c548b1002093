import { expect, test } from 'vitest'
import { allocatorInfos } from '../iova/index.ts'
import { percpuChunksInfo } from '../iova/percpu-chunks.ts'
import { allocatorNotes } from './platform.ts'

test('an allocator that no kernel shipped is said to be one, a new one too; others where their own kernel is not', () => {
  const infos = [...allocatorInfos, { ...percpuChunksInfo, id: 'new', shipped: { never: 'a try' } }]
  const [power, common] = [allocatorNotes('power', infos), allocatorNotes('common', infos)]
  expect([power['allocator=new'], common['allocator=new']]).toEqual(['never shipped: a try', 'never shipped: a try'])
  const free = (notes: Readonly<Record<string, string>>) =>
    infos.map(({ id }) => id).filter((id) => !notes[`allocator=${id}`])
  expect([free(power), free(common)]).toEqual([
    ['tce-halves', 'tce-pools'],
    ['rbtree', 'rcache'],
  ])
})
