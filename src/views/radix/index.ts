import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const radix = defineView({
  id: 'radix',
  title: viewText.radix.title,
  asks: { radix: ({ table, inspected }) => ({ table, entry: inspected }) },
  tall: true,
  load: () => chunks.iommu().then((m) => m.Radix),
})
