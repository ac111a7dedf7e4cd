import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { licencesPlugin } from './scripts/lib/licences.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      rolldownOptions: {
        // One entry per program, so that a process list names each child by its role.
        input: {
          index: at('main/index.ts'),
          vstack: at('runtime/cli/vstack.ts'),
          'storage-node': at('runtime/services/storage-node/storage-node.ts'),
          metadata: at('runtime/services/metadata/metadata.ts'),
          uploader: at('runtime/services/uploader/uploader.ts'),
          'link-emulator': at('runtime/services/link-emulator/link-emulator.ts'),
          'lab-worker': at('runtime/lab/worker/lab-worker.ts'),
        },
        external: ['electron'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('preload/index.ts') },
        external: ['electron'],
        // A sandboxed preload must be a single CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [vue(), licencesPlugin(at('.'))],
    build: {
      outDir: at('out/renderer'),
      minify: true,
      rolldownOptions: {
        input: { index: at('renderer/index.html') },
        output: {
          // What nearly every view shares comes in two files: dozens of small ones cost a request each before the first view stands.
          // The kinds of clients are among it, or whoever names them would carry the contract's schemas along.
          codeSplitting: {
            groups: [
              { name: 'vendor', test: /node_modules[\\/](?:@?vue|pinia|reka-ui|@vueuse|@floating-ui|@internationalized|aria-hidden)/ },
              { name: 'shared', test: /renderer[\\/](?:components[\\/](?!charts)|composables|format|theme|stores|bridge)|runtime[\\/]contract[\\/]client-kind/, minShareCount: 2 },
            ],
          },
        },
      },
    },
  },
});
