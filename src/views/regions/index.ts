import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const regions = defineView({
  id: 'regions',
  title: viewText.regions.title,
  asks: { regions: ofTable },
  load: () => chunks.dock().then((m) => m.Regions),
})
