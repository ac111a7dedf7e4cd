import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { startApplication } from './application.ts';
import { tellFailures } from './failures.ts';
import { openHostLink } from './host-link.ts';
import { programLayout } from './program-layout.ts';
import { startArguments } from './start-arguments.ts';

const layout = programLayout(dirname(fileURLToPath(import.meta.url)));
const start = startArguments();
tellFailures(start.dataDir);

startApplication({
  layout,
  start,
  openHost: (tell) => openHostLink({ dataDir: start.dataDir, layout, resourcesPath: process.resourcesPath, tell }),
  ...(process.env.ELECTRON_RENDERER_URL && { developmentUrl: process.env.ELECTRON_RENDERER_URL }),
}).catch((error: unknown) => {
  // The dialog has told the person; this line tells the terminal.
  console.error(error);
  app.quit();
});
