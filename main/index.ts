import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { defaultDataDir } from '../runtime/platform/data-dir.ts';
import { startApplication } from './application.ts';
import { openHostLink } from './host-link.ts';
import { programLayout } from './program-layout.ts';

const layout = programLayout(dirname(fileURLToPath(import.meta.url)));
const dataDir = app.commandLine.getSwitchValue('data') || defaultDataDir();

startApplication({
  layout,
  openHost: () => openHostLink({ dataDir, layout, resourcesPath: process.resourcesPath }),
  ...(process.env.ELECTRON_RENDERER_URL && { developmentUrl: process.env.ELECTRON_RENDERER_URL }),
}).catch((error: unknown) => {
  // The dialog has told the person; this line tells the terminal.
  console.error(error);
  app.quit();
});
