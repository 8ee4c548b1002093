import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView } from '../define.ts'

export const flushStudy = defineView({
  id: 'flush-study',
  title: viewText.studies.flush.title,
  tall: true,
  load: () => chunks.studies().then((m) => m.FlushStudy),
})
