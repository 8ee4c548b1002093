import { viewText } from '../../text/views.ts'
import * as chunks from '../chunks.ts'
import { defineView, ofTable } from '../define.ts'

export const commands = defineView({
  id: 'commands',
  title: viewText.commands.title,
  asks: { commands: ofTable },
  tall: true,
  load: () => chunks.iommu().then((m) => m.Commands),
})
