/** What the command line may say: `--data=<folder>` and `--view=</library>`. A second start hands it on to the first. */
import { resolve } from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import { defaultDataDir } from '../runtime/platform/data-dir.ts';

const View = z.string().regex(/^\/[\w/-]*$/).max(200);

/** What travels from a second start to the first. Another version of this program may be the sender, so it is parsed. */
export const StartArguments = z.object({ dataDir: z.string(), view: View.optional() });
export type StartArguments = z.infer<typeof StartArguments>;

export const startArguments = (): StartArguments => {
  const data = app.commandLine.getSwitchValue('data');
  const view = View.safeParse(app.commandLine.getSwitchValue('view'));
  return { dataDir: data ? resolve(data) : defaultDataDir(), ...(view.success && { view: view.data }) };
};
