import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const ledger = defineView({
  id: 'ledger',
  title: viewText.ledger.title,
  asks: { ledger: ofTable },
  load: () => chunks.iommu().then((m) => m.Ledger),
})
