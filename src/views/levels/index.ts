import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const levels = defineView({
  id: 'levels',
  title: viewText.levels.title,
  asks: { levels: ({ table, levelPath }) => ({ table, path: levelPath }) },
  tall: true,
  load: () => chunks.tce().then((m) => m.Levels),
})
