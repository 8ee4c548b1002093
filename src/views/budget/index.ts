import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, whole } from '../define.ts'

export const budget = defineView({
  id: 'budget',
  title: viewText.budget.title,
  asks: { budget: whole },
  tall: true,
  load: () => chunks.tce().then((m) => m.Budget),
})
