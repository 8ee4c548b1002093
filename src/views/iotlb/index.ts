import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const iotlb = defineView({
  id: 'iotlb',
  title: viewText.iotlb.title,
  asks: { iotlb: ofTable },
  tall: true,
  load: () => chunks.iommu().then((m) => m.Iotlb),
})
