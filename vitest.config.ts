import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { licencesPlugin } from './scripts/lib/licences.ts';

export default defineConfig({
  plugins: [vue(), licencesPlugin(fileURLToPath(new URL('.', import.meta.url)))],
  resolve: {
    // Importing the real module outside Electron starts a download; tests use the stand-in.
    alias: { electron: fileURLToPath(new URL('./tests/fixtures/electron-stand-in.ts', import.meta.url)) },
  },
  test: {
    include: ['tests/{unit,suites,scenarios,integration,e2e}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A shared CI machine may stand still for seconds under tests of real processes. What fails twice is broken; retries are shown in the
    // output, and tests that search at random for lost data never retry.
    retry: process.env.CI ? 1 : 0,
  },
});
